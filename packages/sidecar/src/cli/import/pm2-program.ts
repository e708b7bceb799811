/**
 * An ecosystem.config.js is a program: this runs it in a process of its own, with a time limit and hardly any
 * environment, and reads what it exports. Leaves nothing of it running.
 */
import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { printable } from './references.js';
import { invalid } from './source.js';

const LIMIT_MS = 10_000;
const MOST_CHARACTERS = 1024 * 1024;
const RESULT_FD = 3;

/** What it prints itself is no result: that goes to a descriptor of its own. */
const LOADER = `
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
const tell = (message) => { for (let bytes = Buffer.from(JSON.stringify(message) + '\\n'); bytes.length > 0;) bytes = bytes.subarray(writeSync(${RESULT_FD}, bytes)); process.exit(0); };
const plain = (_key, value) => (typeof value === 'bigint' || value instanceof RegExp ? String(value) : value);
const fail = (error) => tell({ error: error instanceof Error ? error.name + ': ' + error.message : String(error), stack: String(error?.stack ?? '') });
process.on('uncaughtException', fail);
try {
  const module = await import(pathToFileURL(process.argv[1]).href);
  const value = await (module.default ?? { ...module });
  tell({ value: JSON.parse(JSON.stringify(value, plain) ?? 'null') });
} catch (error) { fail(error); }
`;

interface Told {
  readonly value?: unknown;
  readonly error?: string;
  readonly stack?: string;
}

/** What the file exports, as JSON has it. @throws OutriderError('invalid') where it fails, hangs or says too much. */
export async function runConfig(file: string, limitMs = LIMIT_MS): Promise<unknown> {
  const path = resolve(file);
  const child = spawn(process.execPath, ['--input-type=module', '--eval', LOADER, path], {
    cwd: dirname(path),
    env: harmless(process.env),
    // Its own group: whatever it starts ends with it.
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nobody is left.
    }
  };
  const output = child.stdio[RESULT_FD] as Readable;
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
    end();
    output.destroy();
  }, limitMs);
  child.once('exit', end);
  try {
    const failed = new Promise<never>((_, reject) => child.once('error', reject));
    const told = await Promise.race([answerFrom(output), failed]);
    if (late.signal.aborted)
      throw invalid(file, `It ran for ${limitMs / 1000} seconds without an end; it must only export its settings.`);
    return valueOf(told, file, path);
  } finally {
    clearTimeout(timer);
    end();
    output.destroy();
  }
}

/** Up to the end of the line: whoever else holds the pipe is not waited for. Undefined: too much. */
function answerFrom(output: Readable): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    output.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MOST_CHARACTERS) resolve(undefined);
      else if (text.endsWith('\n')) resolve(text);
    });
    output.once('close', () => resolve(text));
  });
}

function valueOf(text: string | undefined, file: string, path: string): unknown {
  if (text === undefined) throw invalid(file, 'It exports more than 1 MiB.');
  if (text === '') throw invalid(file, 'It ended before it had exported anything.');
  const told = JSON.parse(text) as Told;
  if (told.error === undefined) return told.value;
  const stack = told.stack ?? '';
  const at = stack.indexOf(`${path}:`);
  const line = at < 0 ? undefined : /^\d+/.exec(stack.slice(at + path.length + 1))?.[0];
  const said = told.error.split('\nRequire stack:')[0] ?? '';
  const sentence = printable(said).slice(0, 300).replace(/[.]?$/, '.');
  throw invalid(file, `It fails when it is run: ${sentence}`, line === undefined ? undefined : Number(line));
}

function harmless(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'HOME', 'LANG', 'TZ'].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}
