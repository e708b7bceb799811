import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitWords } from './split-words.js';

it.each<[string, readonly string[] | undefined]>([
  [` a  'b c'"d" e\\ f "" $X\n*`, ['a', 'b cd', 'e f', '', '$X', '*']],
  [String.raw`"\$X \"y\\z" \$Y`, [String.raw`\$X "y\z`, '$Y']],
  [String.raw`say \"x\" it\'s`, ['say', '"x"', "it's"]],
  [String.raw`'a\b' "a\b" a\b`, [String.raw`a\b`, String.raw`a\b`, 'ab']],
  ['a | b > c && $(d) ${E} # f', ['a', '|', 'b', '>', 'c', '&&', '$(d)', '${E}', '#', 'f']],
  ['a\u00a0b', ['a\u00a0b']],
  ['  ', []],
  ['a "b', undefined],
  ["a 'b", undefined],
  ['a b\\', undefined],
])('splits %j', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

const SHLEX =
  'import json,shlex,sys\ndef split(line):\n try: return shlex.split(line)\n except ValueError: return None\nprint(json.dumps([split(l) for l in json.load(sys.stdin)]))';
const python = (lines: readonly string[]) =>
  spawnSync('python3', ['-c', SHLEX], { input: JSON.stringify(lines), encoding: 'utf8' });

it.runIf(python([]).status === 0)('splits as shlex does, whatever the line', () => {
  const piece = fc.constantFrom('a', 'bc', ' ', '\t', '\n', '\r', "'", '"', '\\', '$X', '#', '|', '\v', 'é', '=');
  const line = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
  const lines = fc.sample(line, 3_000);
  const expected = JSON.parse(python(lines).stdout) as (string[] | null)[];
  expect(lines.map((text) => [text, splitWords(text) ?? null])).toEqual(
    lines.map((text, index) => [text, expected[index]]),
  );
});
