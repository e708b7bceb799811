import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dependency, UpdateOrder } from '@outrider/shared/domain/agent.js';
import { judge } from './convergence.js';
import { NO_HISTORY } from './instance.js';
import type { Action } from './action.js';
import { reconcileBeside } from './beside.js';
import { reconcile } from './reconcile.js';
import { type SimulatedAgent, SimulatedAgents } from './testing/simulated-agents.js';
import type { Phase, Slot, View, Wanted } from './view.js';

const NAMES = ['a', 'b', 'c', 'd'];

const agentOf = (name: string, place: number): fc.Arbitrary<SimulatedAgent | undefined> =>
  fc.option(
    fc
      .record({
        version: fc.integer({ min: 1, max: 2 }),
        replicas: fc.integer({ min: 0, max: 3 }),
        parallelism: fc.integer({ min: 1, max: 2 }),
        order: fc.constantFrom<UpdateOrder>('start-first', 'stop-first'),
        needs: fc.uniqueArray(fc.nat({ max: 4 * Math.max(0, place) }), {
          maxLength: 2,
          selector: (need) => Math.floor(need / 4),
        }),
        oneShot: fc.integer({ min: 0, max: 5 }).map((dice) => dice === 0),
        exclusive: fc.integer({ min: 0, max: 4 }).map((dice) => dice === 0),
      })
      .map(({ version, replicas, parallelism, order, needs, oneShot, exclusive }) => {
        const dependsOn = needs.flatMap((need): Dependency[] => {
          const other = NAMES[Math.floor(need / 4)];
          if (other === undefined || other >= name) return [];
          const condition = need % 2 === 0 ? 'service_healthy' : 'service_started';
          return [{ agent: other, condition, ...(need % 4 < 2 ? {} : { restart: true }) }];
        });
        const fingerprint = JSON.stringify([name, version, order, oneShot, dependsOn]);
        return { name, fingerprint, replicas, parallelism, order, dependsOn, oneShot, exclusive };
      }),
    { nil: undefined, freq: 5 },
  );

const release = fc
  .tuple(...NAMES.map((name, place) => agentOf(name, place)))
  .map((agents) => agents.filter((agent) => agent !== undefined));

type Move = { readonly kind: 'step' | 'crash' | 'falter' | 'person'; readonly choice: number };
const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom<Move['kind']>('step', 'step', 'step', 'step', 'step', 'step', 'crash', 'falter', 'person'),
  choice: fc.nat({ max: 1000 }),
});
const moves = fc.array(move, { maxLength: 60 });
/** `beside`: the release is proven beside the one before, and then committed or reverted. */
const chapter = fc.record({
  release,
  moves,
  beside: fc.option(fc.record({ moves, isGood: fc.boolean() }), { nil: undefined }),
});
const story = fc.array(chapter, { minLength: 1, maxLength: 4 });

const PATIENCE = 5_000;

test('whatever answers when: it ends converged, none runs twice, nothing starts early, not too many are down', () => {
  const actions = new Set<string>();
  fc.assert(
    fc.property(story, fc.nat({ max: 1000 }), (chapters, last) => {
      const host = new SimulatedAgents();
      for (const { release: next, moves: then, beside } of chapters) {
        const before = host.wanted;
        if (beside !== undefined) {
          host.setTarget(next, true);
          for (const { kind, choice } of beside.moves) host[kind](choice);
        }
        host.setTarget(beside?.isGood === false ? before : next);
        for (const { kind, choice } of then) host[kind](choice);
      }
      for (let step = 0; host.step(last + step * 13, true); step++) {
        if (step > PATIENCE) throw new Error('It does not come to an end.');
      }
      for (const kind of host.taken) actions.add(kind);
      const views = host.views().map((view, at) => ({
        ...view,
        instance: host.slots[at]!.instance,
        fresh: false,
        critical: true,
        lastFault: '',
      }));
      expect(judge(host.wanted, views, 'steady')).toEqual({ state: 'converged' });
      expect(host.outdated()).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
  // What was never done was never tested.
  expect([...actions].sort()).toEqual(['forget', 'park', 'promote', 'renew', 'restart', 'start', 'stop', 'unpark']);
});

const wanted = (name: string, given: Partial<Wanted> = {}): Wanted => ({
  name,
  fingerprint: 'new',
  replicas: 1,
  dependsOn: [],
  order: 'stop-first',
  parallelism: 1,
  ...given,
});
const view = (agent: string, fingerprint: string, phase: Phase, given: Partial<View> = {}): View => ({
  agent,
  index: 0,
  slot: 'active',
  fingerprint,
  phase,
  running: phase === 'up' || phase === 'down' || phase === 'leaving',
  held: false,
  checked: true,
  dependsOn: [],
  incarnation: `of ${agent}`,
  followed: {},
  ...given,
});
const brief = (actions: readonly Action[]): string[] =>
  actions.map(({ kind, agent, index, slot }) => `${kind} ${agent}.${index}${slot === 'active' ? '' : ` ${slot}`}`);
const on = (...names: string[]): Pick<View, 'dependsOn'> => ({
  dependsOn: names.map((agent) => ({ agent, condition: 'service_healthy' })),
});
const follows = (agent: string): Pick<View, 'dependsOn'> => ({
  dependsOn: [{ agent, condition: 'service_healthy', restart: true }],
});
const second = (slot: Slot = 'active'): Partial<View> => ({ index: 1, slot });

test.each<[string, readonly Wanted[], readonly View[], string[]]>([
  ['an empty host starts what needs nothing', [wanted('a'), wanted('b', on('a'))], [], ['start a.0']],
  [
    'a dependency that is ready opens the way',
    [wanted('a'), wanted('b', on('a'))],
    [view('a', 'new', 'up')],
    ['start b.0'],
  ],
  ['a dependency of the old release does not', [wanted('a'), wanted('b', on('a'))], [view('a', 'old', 'leaving')], []],
  ['a dependency on another host does not hold up', [wanted('b', on('elsewhere'))], [], ['start b.0']],
  [
    'what a person stopped does not hold up',
    [wanted('a'), wanted('b', on('a'))],
    [view('a', 'new', 'gone', { held: true })],
    ['start b.0'],
  ],
  [
    'what a person stopped stays stopped, with new settings',
    [wanted('a')],
    [view('a', 'old', 'gone', { held: true })],
    ['renew a.0'],
  ],
  ['unchanged is kept', [wanted('a')], [view('a', 'new', 'up')], []],
  ['a crash is not its business', [wanted('a')], [view('a', 'new', 'resting')], []],
  ['stop-first stops first', [wanted('a')], [view('a', 'old', 'up')], ['stop a.0']],
  [
    'start-first starts first',
    [wanted('a', { order: 'start-first' })],
    [view('a', 'old', 'up')],
    ['start a.0 candidate'],
  ],
  [
    'start-first stops the old one when the new one is ready',
    [wanted('a', { order: 'start-first' })],
    [view('a', 'old', 'up'), view('a', 'new', 'up', { slot: 'candidate' })],
    ['stop a.0'],
  ],
  [
    'then the new one takes its place',
    [wanted('a')],
    [view('a', 'new', 'up', { slot: 'candidate' })],
    ['promote a.0 candidate'],
  ],
  [
    'going back, the candidate goes and the old one stays',
    [wanted('a', { fingerprint: 'old', order: 'start-first' })],
    [view('a', 'old', 'up'), view('a', 'new', 'up', { slot: 'candidate' })],
    ['stop a.0 candidate'],
  ],
  [
    'going back while the old one leaves, the candidate serves on',
    [wanted('a', { fingerprint: 'old', order: 'start-first' })],
    [view('a', 'old', 'leaving'), view('a', 'new', 'up', { slot: 'candidate' })],
    [],
  ],
  [
    'a candidate that had to go is begun anew when it is wanted again',
    [wanted('a', { order: 'start-first' })],
    [view('a', 'old', 'up'), view('a', 'new', 'gone', { slot: 'candidate' })],
    ['forget a.0 candidate'],
  ],
  ['removals come first', [wanted('b')], [view('a', 'old', 'up')], ['stop a.0']],
  ['and starts wait until they are done', [wanted('b')], [view('a', 'old', 'leaving')], []],
  ['dependants are removed first', [], [view('a', 'old', 'up'), view('b', 'old', 'up', on('a'))], ['stop b.0']],
  [
    'a circle of releases is removed at once',
    [],
    [view('a', 'o', 'up', on('b')), view('b', 'p', 'up', on('a'))],
    ['stop a.0', 'stop b.0'],
  ],
  [
    'one replica after another',
    [wanted('a', { replicas: 2 })],
    [view('a', 'old', 'up'), view('a', 'old', 'up', second())],
    ['stop a.0'],
  ],
  [
    'not while another one is down',
    [wanted('a', { replicas: 2 })],
    [view('a', 'old', 'up'), view('a', 'new', 'down', second())],
    [],
  ],
  [
    'one that is down anyway may go',
    [wanted('a', { replicas: 2 })],
    [view('a', 'old', 'down'), view('a', 'new', 'down', second())],
    ['stop a.0'],
  ],
  ['fewer replicas', [wanted('a')], [view('a', 'new', 'up'), view('a', 'new', 'up', second())], ['stop a.1']],
  [
    'fewer replicas go one after another, the last first',
    [wanted('a')],
    [view('a', 'new', 'up'), view('a', 'new', 'up', { index: 1 }), view('a', 'new', 'up', { index: 2 })],
    ['stop a.2'],
  ],
  [
    'the next one not before the last is gone',
    [wanted('a')],
    [view('a', 'new', 'up'), view('a', 'new', 'up', { index: 1 }), view('a', 'new', 'leaving', { index: 2 })],
    [],
  ],
  [
    'as many at once as an update would take',
    [wanted('a', { parallelism: 2 })],
    [0, 1, 2, 3].map((index) => view('a', 'new', 'up', { index })),
    ['stop a.2', 'stop a.3'],
  ],
  ['work that is done is not begun again', [wanted('a')], [view('a', 'new', 'done')], []],
  ['but that of another release is', [wanted('a')], [view('a', 'old', 'done')], ['forget a.0']],
  [
    'a dependency that was started anew takes those along that follow it',
    [wanted('a'), wanted('b', follows('a'))],
    [view('a', 'new', 'up'), view('b', 'new', 'up', { ...follows('a'), followed: { a: 'another' } })],
    ['restart b.0'],
  ],
  [
    'once it stands again',
    [wanted('a'), wanted('b', follows('a'))],
    [view('a', 'new', 'down'), view('b', 'new', 'up', { ...follows('a'), followed: { a: 'another' } })],
    [],
  ],
  [
    'and each once',
    [wanted('a'), wanted('b', follows('a'))],
    [view('a', 'new', 'up'), view('b', 'new', 'up', { ...follows('a'), followed: { a: 'of a' } })],
    [],
  ],
  [
    'more replicas are no new start',
    [wanted('a', { replicas: 2 }), wanted('b', follows('a'))],
    [
      view('a', 'new', 'up'),
      view('a', 'new', 'up', second()),
      view('b', 'new', 'up', { ...follows('a'), followed: { a: 'of a' } }),
    ],
    [],
  ],
  [
    'the others stay',
    [wanted('a'), wanted('b', on('a'))],
    [view('a', 'new', 'up'), view('b', 'new', 'up', on('a'))],
    [],
  ],
  [
    'what rests does not begin again for it',
    [wanted('a'), wanted('b', follows('a'))],
    [view('a', 'new', 'up'), view('b', 'new', 'resting', { ...follows('a'), followed: { a: 'another' } })],
    [],
  ],
  ['nothing wanted, nothing there', [], [], []],
])('%s', (_, agents, views, expected) => {
  expect(brief(reconcile(agents, views))).toEqual(expected);
});

test('judgement names what is waited for and who is to blame', () => {
  const ready = { state: 'ready', incarnation: 'i', history: NO_HISTORY, since: 0, reason: '' } as const;
  const base = { instance: ready, fresh: true, critical: true, lastFault: '' };
  const faulty = { ...ready, history: { ...NO_HISTORY, everReady: true, faults: 1 } };
  const failed = { ...ready, state: 'failed', reason: 'exited with code 1 three times before it was ready' } as const;
  const of = (given: object, phase: Phase = 'up') => ({ ...view('a', 'new', phase), ...base, ...given });

  expect(judge([wanted('a')], [of({})], 'trial')).toEqual({ state: 'converged' });
  expect(judge([wanted('a'), wanted('b', on('a'))], [of({}, 'down')], 'switch')).toMatchObject({
    state: 'converging',
    waitingFor: 'a to be ready (ready)',
  });
  expect(judge([wanted('a'), wanted('b', on('a'))], [], 'switch')).toMatchObject({ waitingFor: 'a to start' });
  const suspect = { agent: 'a', index: 0, cause: 'was ended by SIGKILL' };
  const faltered = of({ instance: faulty, faultsBefore: 0, lastFault: suspect.cause });
  expect(judge([wanted('a')], [faltered], 'trial')).toEqual({ state: 'failed', suspect });
  for (const forgiven of [{ fresh: false }, { critical: false }, { faultsBefore: 1 }, { held: true }]) {
    expect(judge([wanted('a')], [{ ...faltered, ...forgiven }], 'trial')).toEqual({ state: 'converged' });
  }
  expect(judge([wanted('a')], [faltered], 'switch')).toEqual({ state: 'converged' });
  const broken = of({ instance: failed }, 'resting');
  const blamed = { agent: 'a', index: 0, cause: failed.reason };
  expect(judge([wanted('a')], [broken], 'switch')).toEqual({ state: 'failed', suspect: blamed });
  expect(judge([wanted('a')], [broken], 'steady')).toMatchObject({ state: 'converging', suspect: blamed });
  expect(judge([wanted('a', { fingerprint: 'other' })], [broken], 'switch')).toMatchObject({ state: 'converging' });
  expect(judge([], [of({}, 'leaving')], 'steady')).toEqual({ state: 'converging', waitingFor: 'a to be gone' });
});

const old = (agent: string, phase: Phase, given: Partial<View> = {}): View => view(agent, 'old', phase, given);
const beside = (agent: string, phase: Phase, given: Partial<View> = {}): View =>
  view(agent, 'new', phase, { slot: 'candidate', ...given });

test.each<[string, readonly Wanted[], readonly View[], string[], string?]>([
  [
    'all that is new is started at once, beside what is old',
    [wanted('a', { replicas: 2 }), wanted('b')],
    [old('a', 'up'), old('a', 'up', second()), old('b', 'up')],
    ['start a.0 candidate', 'start a.1 candidate', 'start b.0 candidate'],
  ],
  [
    'in the order of dependencies',
    [wanted('a'), wanted('b', on('a'))],
    [old('a', 'up'), old('b', 'up')],
    ['start a.0 candidate'],
  ],
  [
    'on new ones where they are new, on kept ones where they are kept',
    [wanted('a'), wanted('b', on('a', 'k')), wanted('k')],
    [old('a', 'up'), old('b', 'up'), beside('a', 'up'), view('k', 'new', 'up')],
    ['start b.0 candidate'],
  ],
  ['what is kept is left alone', [wanted('k')], [view('k', 'new', 'up')], []],
  ['what is added is started', [wanted('a')], [], ['start a.0']],
  ['what is removed stays until all stands', [wanted('a')], [old('a', 'up'), old('r', 'up'), beside('a', 'down')], []],
  [
    'then all that is old is parked',
    [wanted('a')],
    [old('a', 'up'), old('r', 'up'), beside('a', 'up')],
    ['park a.0', 'park r.0'],
  ],
  [
    'dependants first',
    [wanted('a'), wanted('b')],
    [old('a', 'up'), old('b', 'up', on('a')), beside('a', 'up'), beside('b', 'up')],
    ['park b.0'],
  ],
  [
    'and the next when they are out of service',
    [wanted('a'), wanted('b')],
    [old('a', 'up'), old('b', 'parking', on('a')), beside('a', 'up'), beside('b', 'up')],
    [],
  ],
  [
    'a circle of releases at once',
    [wanted('a'), wanted('b')],
    [old('a', 'up', on('b')), old('b', 'up', on('a')), beside('a', 'up'), beside('b', 'up')],
    ['park a.0', 'park b.0'],
  ],
  ['what is old and not well is left as it is', [wanted('a')], [old('a', 'down'), beside('a', 'up')], []],
  [
    'what can not run twice waits for the rest',
    [wanted('a'), wanted('x')],
    [old('a', 'up'), old('x', 'up'), beside('a', 'down')],
    [],
    'x',
  ],
  [
    'and is then replaced',
    [wanted('a'), wanted('x')],
    [old('a', 'up'), old('x', 'up'), beside('a', 'up')],
    ['stop x.0'],
    'x',
  ],
  [
    'whoever needs it makes do with the old one',
    [wanted('x'), wanted('b', on('x'))],
    [old('x', 'up'), old('b', 'up')],
    ['start b.0 candidate'],
    'x',
  ],
  [
    'unless it starts anew with it',
    [wanted('x'), wanted('b', follows('x'))],
    [old('x', 'up'), old('b', 'up')],
    ['stop x.0'],
    'x',
  ],
  [
    'nothing is parked before it stands',
    [wanted('a'), wanted('x')],
    [old('a', 'up'), beside('a', 'up'), view('x', 'new', 'down')],
    [],
    'x',
  ],
  [
    'what was kept and is wanted again runs on',
    [wanted('a', { fingerprint: 'old' })],
    [old('a', 'parked'), beside('a', 'up')],
    ['unpark a.0'],
  ],
])('beside: %s', (_, agents, views, expected, alone) => {
  expect(brief(reconcileBeside(agents, views, new Set(alone === undefined ? [] : [alone])))).toEqual(expected);
});

test.each<[string, readonly Wanted[], readonly View[], string[]]>([
  ['a commit ends what was kept', [wanted('a')], [old('a', 'parked'), beside('a', 'up')], ['stop a.0']],
  ['and what was removed', [], [old('a', 'parked')], ['stop a.0']],
  [
    'a way back begins with what was kept',
    [wanted('a', { fingerprint: 'old' })],
    [old('a', 'parked'), beside('a', 'up'), view('n', 'new', 'up')],
    ['unpark a.0'],
  ],
  [
    'nothing new goes before that is ready',
    [wanted('a', { fingerprint: 'old' })],
    [old('a', 'thawing'), beside('a', 'up'), view('n', 'new', 'up')],
    [],
  ],
  [
    'then it does',
    [wanted('a', { fingerprint: 'old' })],
    [old('a', 'up'), beside('a', 'up'), view('n', 'new', 'up')],
    ['stop n.0', 'stop a.0 candidate'],
  ],
])('after it: %s', (_, agents, views, expected) => {
  expect(brief(reconcile(agents, views))).toEqual(expected);
});

test('beside, it has converged when all that is new stands and what is old is out of service', () => {
  const ready = { state: 'ready', incarnation: 'i', history: NO_HISTORY, since: 0, reason: '' } as const;
  const judged = (views: readonly View[]) =>
    judge(
      [wanted('a')],
      views.map((one) => ({ ...one, instance: ready, fresh: true, critical: true, lastFault: '' })),
      'switch',
      true,
    );
  expect(judged([old('a', 'up')])).toMatchObject({ waitingFor: 'a to start' });
  expect(judged([old('a', 'up'), beside('a', 'up')])).toMatchObject({ waitingFor: 'the old a to be out of service' });
  expect(judged([old('a', 'parking'), beside('a', 'up')])).toMatchObject({ state: 'converging' });
  expect(judged([old('a', 'parked'), beside('a', 'up'), old('r', 'up')])).toMatchObject({
    waitingFor: 'the old r to be out of service',
  });
  expect(judged([old('a', 'parked'), beside('a', 'up'), old('r', 'parked')])).toEqual({ state: 'converged' });
  expect(judged([old('a', 'parked'), beside('a', 'down')])).toMatchObject({ waitingFor: 'a to be ready (ready)' });
});
