import { describe, expect, test } from 'vitest';
import { eventLine } from './event-line.js';
import { harmless } from './output.js';
import { SeveralApps } from './several-apps.js';

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

test('where several apps are told of together a line names host and app', () => {
  const event = { id: '1', at: '2026-01-01T00:00:00.000Z', environment: 'local', rollout: 'r1', version: '2' } as const;
  const started = { ...event, type: 'rollout.started', app: 'ant,bee' } as const;
  const staged = { ...event, type: 'rollout.host.staged', host: 'pc2', app: 'bee' } as const;
  const several = new SeveralApps();
  expect(several.has(staged)).toBe(false);
  expect(eventLine(started, several.has(started))).toMatch(/ rollout\.started r1 ant,bee 2$/);
  expect(eventLine(staged, several.has(staged))).toMatch(/ pc2\/bee staged 2$/);
  const other = { ...staged, rollout: 'r2' };
  expect(eventLine(other, several.has(other))).toMatch(/ pc2 staged 2$/);
});
