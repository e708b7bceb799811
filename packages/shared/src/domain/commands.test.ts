/** What stands in a command of a sentence, so that it works as it is pasted. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { appOption } from './app-option.js';
import { shellWord } from './shell-word.js';

test('the app is named where there are others, and where it is known', () => {
  const [shop, bank] = [{ app: 'shop' }, { app: 'bank' }];
  expect(appOption('shop', [shop, bank, shop])).toBe(' --app shop');
  expect(appOption('shop', [shop, shop])).toBe('');
  expect(appOption('nope', [shop, bank])).toBe('');
  expect(appOption('', [])).toBe('');
});

test.each(['/a/b-c.d', "it's", 'a b', '$HOME', 'x;y', ''])('a shell reads %j as one word', (word) => {
  expect(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' })).toBe(word);
});
