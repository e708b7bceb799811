import type { RolloutHost } from '@outrider/shared/domain/rollout.js';
import { describe, expect, test } from 'vitest';
import { abortLines, begunSentence, planLines, type Part, type RollbackPlan, underWayIn } from './way-back.js';

const ref = (version: string) => ({ version, digest: version, specDigest: version });
const entry = (host: string, touched: boolean, from: string, to: string): RolloutHost => ({
  ...{ host, wave: 1, state: touched ? 'switching' : 'pending', from: ref(from), to: ref(to), touched, step: 0 },
});
const part = (more: Partial<Part>): Part => ({ action: 'begin', app: 'a', hosts: [], reasons: [], ...more });
const plan = (strategy: RollbackPlan['strategy'], ...parts: readonly Part[]): RollbackPlan => ({
  ...{ strategy, possible: true, parts },
});

describe('an abort', () => {
  const said = { id: 'r13', app: 'a', phase: 'switching' } as const;

  test('of a rollout takes back what it has touched', () => {
    const hosts = [entry('main-pc', true, '1.3', '1.4'), entry('pc2', false, '1.3', '1.4')];
    expect(abortLines({ ...said, kind: 'rollout', hosts })).toEqual([
      'What r13 has touched goes back to what ran there before.',
      'main-pc: a 1.4 → 1.3',
      'pc2: a stays at 1.3',
    ]);
  });

  test('of a rollback tells no further host, and who was told goes where the rollback goes', () => {
    const hosts = [entry('main-pc', true, '1.4', '1.3'), entry('pc2', false, '1.4', '1.3')];
    expect(abortLines({ ...said, kind: 'rollback', hosts })).toEqual([
      'r13 is a rollback: no further host is told, who was told goes on.',
      'main-pc: a 1.4 → 1.3',
      'pc2: a stays at 1.4',
    ]);
  });
});

describe('a way back', () => {
  const ends = [
    { host: 'main-pc', app: 'a', from: '1.4', to: '1.3', moves: true },
    { host: 'pc2', app: 'a', from: '1.4', to: '1.4', moves: false },
  ];

  test('names every host, and every sentence of the coordinator', () => {
    expect(planLines(plan('progressive', part({ hosts: ends, reasons: ['pc2 was brought away from 1.3.'] })))).toEqual([
      'A rollback of a begins, progressive: hosts one after another, with a rest between two.',
      'main-pc: a 1.4 → 1.3',
      'pc2: a stays at 1.4',
      'pc2 was brought away from 1.3.',
    ]);
  });

  test('marks that only some agents change, and a host that is left with nothing', () => {
    const [first, second] = [
      { ...ends[0]!, agents: ['vision', 'talker'] },
      { host: 'pc2', app: 'a', from: '1.4', to: null, moves: true },
    ];
    expect(planLines(plan('selective', part({ hosts: [first, second] }))).slice(1)).toEqual([
      'main-pc: a 1.4 → 1.3 (only vision, talker)',
      'pc2: a 1.4 → nothing',
    ]);
  });

  test.each<[Part['action'], RollbackPlan['strategy'], RegExp]>([
    ['hasten', 'emergency', /^r13 \(a\) goes back already, and goes on at once, on all hosts, without grace\.$/],
    ['go_on', 'graceful', /^r13 \(a\) goes back already.*graceful changes nothing/],
    ['abort', 'progressive', /^r13 \(a\) is under way and is aborted; the strategy progressive does not count/],
    ['abort', 'emergency', /^r13 \(a\) is under way and is aborted\.$/],
  ])('%s of what is under way, with %s', (action, strategy, sentence) => {
    const made = plan(strategy, part({ action: 'none', app: 'b' }), part({ action, rollout: 'r13' }));
    expect(planLines(made)[1]).toMatch(sentence);
    expect(underWayIn(made)).toBe('r13');
  });

  test('what is refused says why', () => {
    const made = plan('graceful', part({ action: 'refuse', rollout: 'r1', reasons: ['Leave out "to".'] }));
    expect(planLines(made)).toEqual(['Refused for a:', 'Leave out "to".']);
    expect(underWayIn(made)).toBe('');
  });
});

test('what has begun is told by its id', () =>
  expect(begunSentence({ rollbacks: [{ app: 'a', rollout: 'r14' }], reasons: ['b: stays.'] })).toBe(
    'a goes back with r14. b: stays.',
  ));
