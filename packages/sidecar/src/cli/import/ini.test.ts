import { expect, it } from 'vitest';
import { parseIni } from './ini.js';

const valuesOf = (text: string): Record<string, Record<string, string>> =>
  Object.fromEntries(
    parseIni(text, 'x.conf').map(({ name, options }) => [
      name,
      Object.fromEntries([...options].map(([key, { value }]) => [key, value])),
    ]),
  );

it('continues lines that are deeper, over comments and empty lines', () => {
  expect(valuesOf('[a]\nCommand = x ; why\n  y\n  ; not this\n\n  z;1\nother: w\n')).toEqual({
    a: { command: 'x\ny\nz;1', other: 'w' },
  });
});

it('joins sections of one name, the last word counts', () => {
  expect(valuesOf('# top\n[a]\nx=1\n[b]\n[a]\nX=2\ny=\n')).toEqual({ a: { x: '2', y: '' }, b: {} });
});

it.each([
  ['x=1\n[a]', 'x.conf:1: This is no INI file: a line before the first [section].'],
  ['[a]\n\nnothing here', 'x.conf:3: This is neither [section] nor key=value: "nothing here".'],
])('%j', (text, sentence) => {
  expect(() => parseIni(text, 'x.conf')).toThrow(sentence);
});
