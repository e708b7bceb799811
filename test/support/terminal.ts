/** Runs a program in a pseudo terminal as a person would, and gives back what that person has seen. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { screenOf } from './screen.js';

const PSEUDO_TERMINAL = fileURLToPath(new URL('pseudo-terminal.py', import.meta.url));

export type Step =
  | { readonly until: string }
  | { readonly send: string }
  | { readonly resize: readonly [rows: number, columns: number] }
  | { readonly signal: number };

export interface TerminalOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly rows?: number;
  readonly columns?: number;
  /** It gives up then. */
  readonly seconds?: number;
}

export interface Seen {
  /** Negative: the number of the signal that has ended it. */
  readonly code: number;
  /** All that was written, as it was written. */
  readonly output: string;
  /** The settings of the terminal are what they were. */
  readonly restored: boolean;
  /** The lines that stand on the terminal at the end. */
  readonly screen: () => string[];
}

const [ROWS, COLUMNS, SECONDS] = [24, 80, 50];

export function inTerminal(
  command: readonly string[],
  steps: readonly Step[],
  { env, rows = ROWS, columns = COLUMNS, seconds = SECONDS }: TerminalOptions,
): Promise<Seen> {
  const plan = JSON.stringify({ command, rows, columns, seconds, steps });
  return new Promise((resolve, reject) => {
    const options = { env: { TERM: 'xterm-256color', ...env }, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
    execFile('python3', [PSEUDO_TERMINAL, plan], options, (error, stdout, stderr) => {
      if (error !== null) {
        reject(new Error(stderr === '' ? error.message : stderr, { cause: error }));
        return;
      }
      const { sizes, ...seen } = JSON.parse(stdout) as Omit<Seen, 'screen'> & { readonly sizes: [number, number][] };
      const resizes = sizes.map(([at, width]) => ({ at, columns: width }));
      resolve({ ...seen, screen: () => screenOf(seen.output, { columns, resizes }) });
    });
  });
}
