import { describe, expect, test } from 'vitest';
import { eventLine } from './event-line.js';
import { harmless } from './output.js';

describe('words of agents on a terminal', () => {
  test.each([
    ['plain words, ä and ✓', 'plain words, ä and ✓'],
    ['a\tb', 'a\tb'],
    ['\u001b[31mred', '␛[31mred'],
    ['one\r\ntwo', 'one␍␊two'],
    ['\u009b2J', '\ufffd2J'],
  ])('%j is shown as %j', (said, shown) => expect(harmless(said)).toBe(shown));

  test('an error that an agent reports cannot steer the terminal', () => {
    const event = { id: '1', at: '2026-01-01T00:00:00.000Z', type: 'error.reported', environment: 'local' } as const;
    expect(eventLine({ ...event, reason: '\u001b]0;owned\u0007' })).toContain('␛]0;owned␇');
  });
});
