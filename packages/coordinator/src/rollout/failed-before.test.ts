import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { expect, it } from 'vitest';
import { failedBefore } from './failed-before.js';

const ended = (phase: Rollout['phase'], patch: Partial<Rollout> = {}): Rollout =>
  ({
    ...{ id: 'r7', app: 'shop', kind: 'rollout', version: '2.1.0', digest: 'd2', phase, startedAt: 0, endedAt: 1_000 },
    ...patch,
  }) as unknown as Rollout;
const ASKED = [{ app: 'shop', version: '2.1.0', digest: 'd2' }];

it.each([
  ['rolled_back', 'taken back'],
  ['stuck', 'stuck'],
] as const)('a release whose last rollout is %s is told of, with when and why', (phase, words) => {
  expect(failedBefore(ASKED, [ended(phase, { reason: 'web on a: it never answered' }), ended('succeeded')])).toEqual([
    `shop 2.1.0 has failed before: r7 ended ${words} at 1970-01-01T00:00:01.000Z: web on a: it never answered.`,
  ]);
  expect(failedBefore(ASKED, [ended(phase)])[0]).toMatch(/000Z\.$/);
});

it.each([
  ['that has succeeded since', [ended('succeeded'), ended('rolled_back')]],
  ['that somebody has aborted', [ended('aborted')]],
  ['that is rolled out just now', [ended('switching', { endedAt: undefined as never })]],
  ['that a rollback went to', [ended('stuck', { kind: 'rollback' })]],
  ['of other contents', [ended('rolled_back', { digest: 'd3' })]],
  ['of another app', [ended('rolled_back', { app: 'other' })]],
  ['that is new', []],
])('not of one %s', (_, history) => {
  expect(failedBefore(ASKED, history)).toEqual([]);
});
