import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { describe, expect, it } from 'vitest';
import { chooseTargets, isToLastGood, withoutTakenBack } from './last-good.js';

const ref = (version: string): ReleaseRef => ({ version, digest: version, specDigest: version });
type Entry = readonly [host: string, from: string, to: string, state: RolloutHost['state'], touched?: false];

let serial = 0;
const ended = (kind: Rollout['kind'], phase: Rollout['phase'], ...entries: readonly Entry[]): Rollout => {
  serial += 1;
  return {
    ...{ id: `r${serial}`, seq: serial, kind, phase, app: 'shop', version: entries[0]?.[2] ?? '' },
    hosts: entries.map(([host, from, to, state, touched = true]) => ({
      ...{ host, wave: 1, state, from: ref(from), to: ref(to), touched, step: 1 },
    })),
  } as unknown as Rollout;
};

const EMERGENCY = { to: '', hosts: [], toLastGood: true } as const;
const ROLLBACK = { to: '', hosts: [] } as const;
const target = (host: string, from: string, to: string) => ({ host, from: ref(from), to: ref(to) });
const hostsOf = (targets: readonly { readonly host: string }[]): string => targets.map(({ host }) => host).join();

describe('of hosts that a rollback has brought back', () => {
  const history = [
    ended('rollback', 'succeeded', ['d', '6.2', '6.1', 'committed']),
    ended('rollout', 'succeeded', ['c', '6.1', '6.2', 'committed'], ['d', '6.1', '6.2', 'committed']),
  ];
  const targets = [target('d', '6.1', '6.2'), target('c', '6.2', '6.1')];

  it('the others go, and a notice names those that stay', () => {
    for (const ask of [ROLLBACK, EMERGENCY, { ...ROLLBACK, hosts: ['c', 'd'] }]) {
      const chosen = chooseTargets(ask, targets, history);
      expect([hostsOf(chosen.targets), chosen.refusal]).toEqual(['c', undefined]);
      expect(chosen.notices).toEqual([
        expect.stringMatching(/^d was brought away from 6\.2 by rollback r\d+, .*--to\.$/),
      ]);
    }
  });

  it('it is refused only where none is left and all were named by hand', () => {
    const [back] = targets;
    const left = back === undefined ? [] : [back];
    expect(chooseTargets({ ...ROLLBACK, hosts: ['d'] }, left, history).refusal).toMatch(/^d was brought away/);
    expect(chooseTargets({ ...ROLLBACK, agents: ['web'] }, left, history).refusal).toMatch(/^d was brought away/);
    for (const ask of [ROLLBACK, EMERGENCY, { ...EMERGENCY, hosts: ['d'] }]) {
      expect(chooseTargets(ask, left, history)).toEqual({ targets: [], notices: [expect.stringMatching(/^d was/)] });
    }
  });

  it('one that was switched and not well, since a progressive rollback stuck there, is not brought forward', () => {
    const stuck = ended('rollback', 'stuck', ['d', '6.2', '6.1', 'failed'], ['c', '6.2', '6.1', 'staged', false]);
    const chosen = chooseTargets(ROLLBACK, targets, [stuck, ...history.slice(1)]);
    expect([hostsOf(chosen.targets), chosen.notices.length]).toEqual(['c', 1]);
  });

  it('where to go has the last word, and a rollout after it too', () => {
    expect(hostsOf(chooseTargets({ ...ROLLBACK, to: '6.2' }, targets, history).targets)).toBe('d,c');
    const forth = ended('rollout', 'succeeded', ['d', '6.1', '6.2', 'committed']);
    const again = ended('rollout', 'succeeded', ['d', '6.2', '6.3', 'committed']);
    const there = [target('d', '6.3', '6.2')];
    expect(hostsOf(chooseTargets(ROLLBACK, there, [again, forth, ...history]).targets)).toBe('d');
  });
});

describe('of a release that has failed', () => {
  const history = [ended('rollout', 'rolled_back', ['a', '1', '2', 'reverted'], ['b', '1', '3', 'reverted'])];
  const targets = [target('a', '3', '2'), target('b', '3', '1')];

  it('a rollback is refused, an emergency goes on with the others and says so', () => {
    expect(chooseTargets(ROLLBACK, targets, history).refusal).toMatch(/^2 failed in rollout r\d+ .*a does not go back/);
    const chosen = chooseTargets(EMERGENCY, targets, history);
    expect([hostsOf(chosen.targets), chosen.refusal]).toEqual(['b', undefined]);
    expect(chosen.notices).toEqual([expect.stringMatching(/^2 failed in rollout/)]);
    expect(chooseTargets(EMERGENCY, targets.slice(0, 1), history).refusal).toMatch(/^2 failed in rollout/);
  });
});

describe('an emergency', () => {
  const standing = (active: string) =>
    ['a', 'b', 'c'].map((name) => ({ host: { name }, app: { active: ref(active) } }));
  const leaves = (active: string, ...history: readonly Rollout[]): string =>
    hostsOf(withoutTakenBack(standing(active), history).left.map(({ host }) => ({ host: host.name })));
  const good = ended('rollout', 'succeeded', ...['a', 'b', 'c'].map((h): Entry => [h, '3', '4', 'committed']));

  it('is to the last good release, unless it is said where to', () => {
    expect([isToLastGood(EMERGENCY), isToLastGood(ROLLBACK), isToLastGood({ ...EMERGENCY, to: '3' })]).toEqual([
      ...[true, false, false],
    ]);
  });

  it('leaves what has succeeded', () => {
    expect(leaves('4', good)).toBe('a,b,c');
    expect(leaves('4')).toBe('a,b,c');
  });

  it.each(['rolled_back', 'aborted', 'stuck'] as const)(
    'stays where a rollout is %s: whoever it had come to or not',
    (phase) => {
      const taken = ended('rollout', phase, ['a', '4', '5', 'reverted'], ['b', '4', '5', 'staged', false]);
      expect(leaves('4', taken, good)).toBe('c');
      expect(withoutTakenBack(standing('4'), [taken, good]).notices).toEqual(
        ['a', 'b'].map(
          (host) => expect.stringMatching(`^${host} stays with 4, the last good release there: rollout r`) as unknown,
        ),
      );
    },
  );

  it('leaves what a rollout has kept, could not take back, or a rollback has brought there meanwhile', () => {
    expect(leaves('5', ended('rollout', 'rolled_back', ['a', '4', '5', 'committed']), good)).toBe('a,b,c');
    expect(leaves('5', ended('rollout', 'stuck', ['a', '4', '5', 'failed']), good)).toBe('a,b,c');
    const taken = ended('rollout', 'rolled_back', ['a', '4', '5', 'reverted']);
    expect(leaves('3', ended('rollback', 'succeeded', ['a', '4', '3', 'committed']), taken, good)).toBe('a,b,c');
  });

  it('looks past what is under way', () => {
    expect(leaves('4', { ...good, phase: 'switching' }, good)).toBe('a,b,c');
  });
});
