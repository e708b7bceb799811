import { expect, test } from 'vitest';
import { asSentence } from './sentence.js';

test('one full stop, wherever the words come from', () => {
  expect(['a', 'a.', 'a?', 'a (b)', ''].map(asSentence)).toEqual(['a.', 'a.', 'a?', 'a (b).', '.']);
});
