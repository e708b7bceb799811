import { expect, test } from 'vitest';
import { asSentence, counted } from './sentence.js';

test('one full stop, wherever the words come from', () => {
  expect(['a', 'a.', 'a?', 'a (b)', ''].map(asSentence)).toEqual(['a.', 'a.', 'a?', 'a (b).', '.']);
});

test('one of them, and more', () => {
  expect([0, 1, 2].map((count) => counted(count, 'file'))).toEqual(['0 files', '1 file', '2 files']);
});
