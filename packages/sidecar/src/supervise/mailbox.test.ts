import { expect, test } from 'vitest';
import { Mailbox } from './mailbox.js';

test('turns come one after another, then settling, then telling; what telling asks for is done at once', () => {
  const log: string[] = [];
  let told = 0;
  const mailbox = new Mailbox(
    () => log.push('settled'),
    () => {
      log.push('told');
      if (told++ > 0) return;
      mailbox.post(() => log.push('asked for'));
      log.push('done');
    },
  );
  mailbox.post(() => {
    mailbox.post(() => log.push('second'));
    log.push('first');
  });
  expect(log).toEqual(['first', 'second', 'settled', 'told', 'asked for', 'settled', 'told', 'done']);
});

test('what settling posts is settled again before anybody is told', () => {
  const log: string[] = [];
  let settled = 0;
  const mailbox = new Mailbox(
    () => {
      log.push('settled');
      if (settled++ === 0) mailbox.post(() => log.push('more'));
    },
    () => log.push('told'),
  );
  mailbox.post(() => log.push('turn'));
  expect(log).toEqual(['turn', 'settled', 'more', 'settled', 'told']);
});
