/** What verbs print, and who is typing. Loads next to nothing. */
import { hostname, userInfo } from 'node:os';

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Beside the answer: for whoever looks on. */
export const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** One document: as JSON where it was asked for, else as text. */
export function show({ json }: { readonly json: boolean }, document: unknown, text: () => string): void {
  print(json ? JSON.stringify(document) : text());
}

/** Whoever types this, for the history. */
export function whoami(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `uid ${process.getuid?.() ?? 0}@${hostname()}`;
  }
}
