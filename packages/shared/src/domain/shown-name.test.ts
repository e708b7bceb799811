import { expect, test } from 'vitest';
import { quoted, shownName } from './shown-name.js';

test.each(['a/b c.py', 'caf\u00e9', '\u05e9\u05dc\u05d5\u05dd', '\u{1f600}', 'quo"te', 'back\\slash'])(
  'a name that is as it looks is shown as it is: %s',
  (name) => expect(shownName(name)).toBe(name),
);

test.each([
  ['two\nlines', '"two\\nlines"'],
  ['\u001b[31mred', '"\\u001b[31mred"'],
  ['\u009b31m', '"\\u009b31m"'],
  ['a\u007f', '"a\\u007f"'],
  ['gpj.\u202eexe', '"gpj.\\u202eexe"'],
  ['\u2066x\u2069', '"\\u2066x\\u2069"'],
  ['\u200f\u061c', '"\\u200f\\u061c"'],
  ['bad-\ufffd', '"bad-\\ufffd"'],
  ['half\ud800', '"half\\ud800"'],
])('one that is not, in quotes and escaped: %j', (name, shown) => {
  expect(shownName(name)).toBe(shown);
  expect(JSON.parse(shown)).toBe(name);
});

test('quotes escape more than JSON does', () => {
  expect(quoted('a"\u202e\u0085')).toBe('"a\\"\\u202e\\u0085"');
});
