import { expect, it } from 'vitest';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { failedBefore } from './failed-before.js';
import type { Target } from './plan-host.js';

const past = (patch: Partial<Rollout> = {}): Rollout => ({
  ...{ id: 'r7', seq: 7, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: 'd2' },
  ...{ phase: 'rolled_back', paused: false, by: 'ann', startedAt: 0, steps: 0, hosts: [] },
  ...{ reason: 'web on b: exited with code 1', endedAt: Date.parse('2026-01-02T03:04:05Z') },
  options: { bakeMs: 0, confirmWithinMs: 1, commit: 'together', skipDown: false },
  ...patch,
});
const target = (digest = 'd2', app?: string): Target =>
  ({ to: { version: '2', digest, specDigest: 's' }, ...(app === undefined ? {} : { app }) }) as Target;
const told = (...history: readonly Rollout[]) => failedBefore({ app: 'a', version: '2' }, [target()], history);

it('says when a release has failed before, and why', () => {
  expect(told(past())).toEqual([
    '2 has failed before, in r7 (2026-01-02T03:04:05.000Z): web on b: exited with code 1.',
  ]);
  expect(told(past({ phase: 'stuck' }))).toHaveLength(1);
});

it.each<[string, readonly Rollout[]]>([
  ['nothing was', []],
  ['it was aborted', [past({ phase: 'aborted' })]],
  ['it was good since', [past({ phase: 'succeeded' }), past()]],
  ['it was another release', [past({ version: '1', digest: 'd1' })]],
  ['it was a rollback', [past({ kind: 'rollback', phase: 'stuck' })]],
])('says nothing where %s', (_what, history) => {
  expect(told(...history)).toEqual([]);
});

it('says of several apps which', () => {
  const history = [past({ app: 'a' }), past({ app: 'b', digest: 'd9', phase: 'succeeded' })];
  const targets = [target('d2', 'a'), target('d9', 'b')];
  expect(failedBefore({ app: 'a,b', version: '2' }, targets, history)).toEqual([
    expect.stringMatching(/^2 of a has failed before, in r7/),
  ]);
});
