/** Runs a program of ours as a user does, and gives back all that the user sees. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { eventually } from '@outrider/shared/testing/eventually.js';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as one JSON document. Throws where it is none. */
  json<T = unknown>(): T;
  /** Standard output as one JSON value a line. */
  events<T = Record<string, unknown>>(): T[];
  /** The sentence of an error with `--json`: all of standard output, and the same on standard error. Throws otherwise. */
  error(): string;
}

export interface CliRun {
  /** Lines of standard output so far. */
  readonly lines: readonly string[];
  readonly result: Promise<CliResult>;
  readonly pid: number;
  /** Waits for a line of standard output. */
  line(matches: (line: string) => boolean): Promise<string>;
  kill(signal?: NodeJS.Signals): void;
}

export interface CliOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Buffer;
  /** Standard input stays open, as a terminal's does. */
  readonly keepInputOpen?: boolean;
  /** After this long it is killed: `code` is null then. */
  readonly timeoutMs?: number;
}

const LONGEST_MS = 120_000;

export function startCli(bin: string, words: readonly string[], options: CliOptions): CliRun {
  const child = spawn(process.execPath, [bin, ...words], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  if (options.keepInputOpen !== true) child.stdin.end(options.input ?? '');
  let stdout = '';
  let stderr = '';
  const lines: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? LONGEST_MS);
  const result = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(resultOf(code, stdout, stderr));
    });
  });
  return {
    lines,
    result,
    pid: child.pid ?? 0,
    line: async (matches) => {
      const describe = () => `a line of ${words.join(' ')}; so far:\n${stdout}${stderr}`;
      return eventually(() => lines.find(matches) ?? null, { describe });
    },
    kill: (signal = 'SIGKILL') => void child.kill(signal),
  };
}

function resultOf(code: number | null, stdout: string, stderr: string): CliResult {
  const read = <T>(text: string): T => {
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw new Error(`This is no JSON (exit code ${code}): ${text}\n${stderr}`, { cause: error });
    }
  };
  return {
    code,
    stdout,
    stderr,
    json: <T>() => read<T>(stdout),
    events: <T>() =>
      stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => read<T>(line)),
    error: () => {
      const { error } = read<{ readonly error?: unknown }>(stdout);
      if (typeof error === 'string' && stderr.endsWith(`Error: ${error}\n`)) return error;
      throw new Error(`This is no error (exit code ${code}): ${stdout}\n${stderr}`);
    },
  };
}
