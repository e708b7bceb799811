// What docs/operations.md says that an operator sees is what the programs say: each sentence of its tables is in the source.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './machine.js';
import { read } from './pages.js';

/** Put together from parts when it is shown, or said by others: Redis, the kernel, an agent's own runtime. */
const SAID_OTHERWISE = new Set([
  ...['suspect, cut off', 'scale failed', 'redis: down', 'leader: nobody', 'sidecar (pid', 'runs with run_dir'],
  ...[
    'address already in use',
    'command not allowed',
    'paused: the gate',
    "is none of this coordinator's names. Ask by its address",
  ],
]);

const sources = (): string =>
  ['packages/shared/src', 'packages/sidecar/src', 'packages/coordinator/src', 'packages/coordinator/web']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(ROOT, folder, path)),
    )
    .filter((path) => /\.tsx?$/.test(path) && !path.includes('.test.'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
    .replace(/['`]\s*\+\s*['`]/g, '')
    .replaceAll("\\'", "'");

/** Of `was not ready within ...`, `HOST:PORT is ..., not ...`: what stands for itself, where that is two words at least. */
const fragmentsOf = (sentence: string): string[] =>
  sentence
    .replace(/^Problem: /, '')
    .split(/\.\.\.|\b[A-Z]+\b(?::[A-Z]+)?|\d+/)
    .map((part) => part.replace(/^[\s:;,.()]+|[\s:;,.()]+$/g, ''))
    .filter((part) => /\S\s+\S/.test(part));

/** In backquotes, in the first column of the tables that tell of failures. */
function sentencesOf(page: string): string[] {
  const tables = page.slice(page.indexOf('### A rollout'), page.indexOf('\n## With half of it down'));
  const seen = [...tables.matchAll(/^\| (.*?) \| /gm)].map(([, cell = '']) => cell);
  return seen.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, sentence = '']) => sentence));
}

it('every sentence that is to be seen is in the source', () => {
  const sentences = sentencesOf(read('docs/operations.md'));
  const said = sources();
  const unknown = sentences.flatMap((sentence) => fragmentsOf(sentence).filter((part) => !said.includes(part)));
  expect(sentences.length).toBeGreaterThan(60);
  expect(unknown.filter((part) => !SAID_OTHERWISE.has(part))).toEqual([]);
  expect([...SAID_OTHERWISE].filter((part) => !unknown.includes(part))).toEqual([]);
});
