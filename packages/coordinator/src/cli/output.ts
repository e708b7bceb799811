/** What goes to standard output: JSON, or text for people. Everything else goes to standard error. */
import type { Globals } from './globals.js';

export const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

export const print = (text: string): void => void process.stdout.write(text === '' ? '' : `${text}\n`);

/** A word to the person who looks on, never part of the answer. */
export const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** One document: as JSON where it was asked for, else as text. */
export function show(globals: Globals, document: unknown, text: () => string): void {
  if (globals.json) printJson(document);
  else print(text());
}
