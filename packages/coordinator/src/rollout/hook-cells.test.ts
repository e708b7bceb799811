/** Hooks in the decisions of a rollout: when they are due, what their answers do, what is undone. */
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { HookAnswer, HookPoint, HookSpec, HookState } from '@outrider/shared/domain/hook.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { shownRuns } from '@outrider/shared/domain/rollout-place.js';
import { describe, expect, it } from 'vitest';
import { begin, takeBackLost } from './begin.js';
import { decide } from './decide.js';
import type { Decision, RolloutEvent } from './decision.js';
import { explain } from './explain.js';
import { askOf, hookCalls } from './hook-ask.js';
import { hooksOfApp } from './plan-hooks.js';
import { toldAnew } from './told-anew.js';

const ref = (version: string) => ({ version, digest: version, specDigest: version });
const [OLD, NEW] = [ref('1'), ref('2')];

const hook = (point: HookPoint, more: Partial<HookSpec> = {}): HookSpec => ({
  ...{ name: point, point, action: { kind: 'command', command: ['x'] }, on: 'each' },
  ...{ timeoutMs: 1_000, retries: 0, onFailure: 'fail' },
  ...more,
});
const MIGRATE = hook('before_rollout', { on: 'once', undo: ['y'] });

const made = (hooks: readonly HookSpec[], patch: Partial<Rollout> = {}): Rollout => ({
  ...{ id: 'r1', seq: 1, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: '2', phase: 'staging' },
  ...{ paused: false, by: 'ann', startedAt: 0, steps: 0, fromVersion: '1' },
  hosts: ['h1', 'h2'].map((host, index) => ({
    ...{ host, wave: index + 1, state: 'pending', from: OLD, to: NEW, touched: false, step: 0 },
  })),
  options: { bakeMs: 0, confirmWithinMs: 30_000, commit: 'together', skipDown: false },
  hooks,
  ...patch,
});

type Say = (rollout: Rollout) => RolloutEvent;

const says =
  (host: string, patch: Partial<AppStatus>): Say =>
  (rollout) => {
    const { step } = rollout.hosts.find((candidate) => candidate.host === host)!;
    const staging = { digest: '2', specDigest: '2', state: 'done', reason: '', bytesDone: 1, bytesTotal: 1 } as const;
    const status: AppStatus = {
      ...{ app: 'a', phase: 'staged', active: OLD, converged: true, waitingFor: '', agents: [], staging },
      fence: { epoch: 1, rollout: 1, step },
      ...patch,
    };
    return { kind: 'report', host, status, at: 1 };
  };
const staged = (host: string): Say => says(host, { phase: 'staged' });
const onTrial = (host: string): Say => says(host, { phase: 'trial', candidate: NEW });
const reverted = (host: string): Say => says(host, { phase: 'idle' });
const committed = (host: string): Say => says(host, { phase: 'committed', active: NEW });
const hookIs =
  (run: string, state: HookState = 'done', more: Partial<HookAnswer> = {}): Say =>
  () => ({
    kind: 'hook',
    run: `r1/${run}`,
    answer: { state, reason: state === 'done' ? '' : 'no', log: [], ...more },
    at: 2,
  });
const person =
  (kind: 'pause' | 'resume' | 'abort'): Say =>
  () => ({ kind, by: 'bob', at: 3 });

/** The last decision of all. */
const run = (rollout: Rollout, ...events: readonly Say[]): Decision =>
  events.reduce((before, event) => decide(before.rollout, event(before.rollout)), begin(rollout));
const commands = ({ effects }: Decision): string[] => effects.map(({ kind, host }) => `${kind} ${host}`);
const running = ({ rollout }: Decision): string[] =>
  (rollout.hookRuns ?? []).filter(({ state }) => state === 'running').map(({ id }) => id.slice('r1/'.length));
const types = ({ events }: Decision): string[] => events.map(({ type }) => type);

describe('a step waits for what stands before it', () => {
  it('staging, host by host', () => {
    const begun = begin(made([hook('before_stage')]));
    expect([commands(begun), running(begun)]).toEqual([[], ['before_stage/h1', 'before_stage/h2']]);
    expect(explain(begun.rollout)).toMatch(/; running before_stage on h1, before_stage on h2\.$/);
    expect(commands(decide(begun.rollout, hookIs('before_stage/h2')(begun.rollout)))).toEqual(['stage h2']);
  });

  it('the first switch, which comes when all is fetched and what stands after that has run', () => {
    const hooks = [MIGRATE, hook('after_stage'), hook('before_switch'), hook('before_switch', { name: 'second' })];
    const before = run(made(hooks), staged('h1'), staged('h2'));
    expect(running(before)).toEqual(['after_stage/h1', 'after_stage/h2']);
    const next = run(made(hooks), staged('h1'), staged('h2'), hookIs('after_stage/h1'), hookIs('after_stage/h2'));
    expect([commands(next), running(next)]).toEqual([[], ['before_rollout']]);
    expect(next.rollout.hookRuns?.at(-1)).toMatchObject({ host: 'h1' });
    const all = [staged('h1'), staged('h2'), hookIs('after_stage/h1'), hookIs('after_stage/h2')];
    const then = run(made(hooks), ...all, hookIs('before_rollout'));
    // One after another where several stand at one point.
    expect(running(then)).toEqual(['before_switch/h1']);
    const last = run(made(hooks), ...all, hookIs('before_rollout'), hookIs('before_switch/h1'), hookIs('second/h1'));
    expect([commands(last), running(last)]).toEqual([['switch h1'], []]);
  });

  it('the bake, the next wave and the commit', () => {
    const hooks = ['after_switch', 'before_trial', 'after_trial', 'before_commit', 'after_commit'].map((point) =>
      hook(point as HookPoint),
    );
    const way: Say[] = [staged('h1'), staged('h2'), onTrial('h1')];
    const step = (...events: Say[]): Decision => run(made(hooks), ...way.concat(events), ...[]);
    expect(running(step())).toEqual(['after_switch/h1']);
    way.push(hookIs('after_switch/h1'));
    expect([running(step()), step().rollout.phase]).toEqual([['before_trial/h1'], 'switching']);
    way.push(hookIs('before_trial/h1'));
    expect([running(step()), step().rollout.phase]).toEqual([['after_trial/h1'], 'baking']);
    way.push(hookIs('after_trial/h1'));
    expect(commands(step())).toEqual(['switch h2']);
    way.push(onTrial('h2'), hookIs('after_switch/h2'), hookIs('before_trial/h2'), hookIs('after_trial/h2'));
    expect(running(step())).toEqual(['before_commit/h1', 'before_commit/h2']);
    way.push(hookIs('before_commit/h1'), hookIs('before_commit/h2'));
    expect(commands(step())).toEqual(['commit h1', 'commit h2']);
    way.push(committed('h1'), committed('h2'), hookIs('after_commit/h1'));
    expect(step().rollout.phase).toBe('committing');
    way.push(hookIs('after_commit/h2'));
    expect(step().rollout.phase).toBe('succeeded');
  });

  it('in a pause none begins; what runs is heard, and the next begins when it is over', () => {
    const hooks = [hook('after_stage'), MIGRATE];
    const all = [staged('h1'), staged('h2'), person('pause'), hookIs('after_stage/h1'), hookIs('after_stage/h2')];
    expect(running(run(made(hooks), ...all))).toEqual([]);
    expect(running(run(made(hooks), ...all, person('resume')))).toEqual(['before_rollout']);
  });

  it('and a deadline that passes meanwhile is set anew, with no bake begun again', () => {
    const baked = run(made([hook('after_trial')]), staged('h1'), staged('h2'), onTrial('h1'));
    const late = decide(baked.rollout, { kind: 'tick', at: baked.rollout.deadline! });
    expect(late.rollout).toMatchObject({ phase: 'baking', bakeDone: true });
    expect(late.rollout.deadline).toBeGreaterThan(baked.rollout.deadline!);
  });
});

describe('a failure', () => {
  const atH2 = [staged('h1'), staged('h2'), hookIs('before_rollout'), hookIs('before_switch/h1'), onTrial('h1')];

  it('takes all back and names hook and host; then what ran once is undone, and nothing twice', () => {
    const hooks = [MIGRATE, hook('before_switch')];
    const failed = run(made(hooks), ...atH2, hookIs('before_switch/h2', 'failed', { log: ['locked'] }));
    expect(failed.rollout).toMatchObject({
      ...{ phase: 'rolling_back', reason: 'the hook before_switch on h2 failed: no' },
      culprit: { host: 'h2', agent: 'hook before_switch', cause: 'no', log: ['locked'] },
    });
    expect([commands(failed), running(failed)]).toEqual([['revert h1'], []]);
    const back = decide(failed.rollout, reverted('h1')(failed.rollout));
    expect(running(back)).toEqual(['before_rollout/undo']);
    expect(askOf(back.rollout, hookCalls(back.rollout)[0]!)).toMatchObject({
      ...{ id: 'r1/before_rollout/undo', undoes: 'r1/before_rollout', command: ['y'], onlyIfBegun: false },
    });
    const over = decide(back.rollout, hookIs('before_rollout/undo')(back.rollout));
    expect([over.rollout.phase, types(over)]).toEqual(['rolled_back', ['rollout.hook.done', 'rollout.rolled_back']]);
  });

  it.each([
    ['failed', 'no', 'stuck'],
    ['unknown', 'no', 'stuck'],
    ['void', 'the host is held', 'stuck'],
    // Its host knows that it never ran.
    ['void', '', 'rolled_back'],
  ] as const)('of an undo that is %s (%s) ends %s', (state, reason, phase) => {
    const failed = run(made([MIGRATE]), staged('h1'), staged('h2'), hookIs('before_rollout', 'unknown'));
    expect(running(failed)).toEqual(['before_rollout/undo']);
    const end = decide(failed.rollout, hookIs('before_rollout/undo', state, { reason })(failed.rollout));
    expect(end.rollout.phase).toBe(phase);
    const told = `what before_rollout did on h1 was not undone: ${reason}`;
    expect((end.rollout.reason ?? '').includes(told)).toBe(phase === 'stuck');
  });

  it('of what never began leaves nothing to undo', () => {
    const failed = run(made([MIGRATE]), staged('h1'), staged('h2'), hookIs('before_rollout', 'void'));
    expect([failed.rollout.phase, running(failed)]).toEqual(['rolled_back', []]);
  });

  it('that the release lets pass stops nothing; one that holds waits for a person, who goes past it', () => {
    const passing = made([hook('before_rollout', { on: 'once', onFailure: 'continue' })]);
    expect(commands(run(passing, staged('h1'), staged('h2'), hookIs('before_rollout', 'failed')))).toEqual([
      'switch h1',
    ]);
    const holding = made([hook('before_rollout', { on: 'once', onFailure: 'hold' })]);
    const held = run(holding, staged('h1'), staged('h2'), hookIs('before_rollout', 'failed'));
    expect(held.rollout).toMatchObject({ paused: true, pausedFor: 'the hook before_rollout on h1 failed: no' });
    expect(commands(decide(held.rollout, person('resume')(held.rollout)))).toEqual(['switch h1']);
  });

  it('with --on-failure hold waits for a person too', () => {
    const options = { ...made([]).options, onFailure: 'hold' as const };
    const held = run(made([MIGRATE], { options }), staged('h1'), staged('h2'), hookIs('before_rollout', 'failed'));
    expect(held.rollout).toMatchObject({ paused: true, holding: 'the hook before_rollout on h1 failed: no' });
    expect(commands(decide(held.rollout, person('resume')(held.rollout)))).toEqual(['switch h1']);
  });

  it('on the way back, and after the end, is told and stops nothing', () => {
    const hooks = ['before_switch', 'before_revert', 'after_revert', 'after_rollout'].map((point) =>
      hook(point as HookPoint, point === 'before_switch' ? {} : { onFailure: 'continue' }),
    );
    const way = [staged('h1'), staged('h2'), hookIs('before_switch/h1'), onTrial('h1')];
    const failed = run(made(hooks), ...way, hookIs('before_switch/h2', 'failed'));
    expect([commands(failed), running(failed)]).toEqual([[], ['before_revert/h1']]);
    const next = decide(failed.rollout, hookIs('before_revert/h1', 'failed')(failed.rollout));
    expect([commands(next), types(next)]).toEqual([['revert h1'], ['rollout.hook.failed', 'rollout.host.reverting']]);
    const back = decide(next.rollout, reverted('h1')(next.rollout));
    const last = decide(back.rollout, hookIs('after_revert/h1', 'failed')(back.rollout));
    expect([last.rollout.phase, running(last)]).toEqual(['rolling_back', ['after_rollout/h1', 'after_rollout/h2']]);
    expect(hookCalls(last.rollout)[0]).toMatchObject({ outcome: 'rolled_back' });
    // Hosts are heard no more, nor are people.
    expect(decide(last.rollout, person('abort')(last.rollout)).rollout).toBe(last.rollout);
    const one = decide(last.rollout, hookIs('after_rollout/h1', 'failed')(last.rollout));
    expect(decide(one.rollout, hookIs('after_rollout/h2')(one.rollout)).rollout.phase).toBe('rolled_back');
  });
});

it('an abort waits for what runs, which may not begin any more, and undoes it', () => {
  const aborted = run(made([MIGRATE]), staged('h1'), staged('h2'), person('abort'));
  expect([aborted.rollout.phase, running(aborted)]).toEqual(['rolling_back', ['before_rollout']]);
  expect(hookCalls(aborted.rollout)).toMatchObject([{ onlyIfBegun: true }]);
  const tick = decide(aborted.rollout, { kind: 'tick', at: 1e9 });
  expect([tick.rollout.phase, running(tick)]).toEqual(['rolling_back', ['before_rollout']]);
  const over = decide(tick.rollout, hookIs('before_rollout')(tick.rollout));
  expect(running(over)).toEqual(['before_rollout/undo']);
  const never = decide(tick.rollout, hookIs('before_rollout', 'void', { reason: '' })(tick.rollout));
  expect([never.rollout.phase, types(never)]).toEqual(['aborted', ['rollout.aborted']]);
});

it('answers that come late or twice count for nothing', () => {
  const done = run(made([MIGRATE]), staged('h1'), staged('h2'), hookIs('before_rollout'));
  expect(decide(done.rollout, hookIs('before_rollout', 'failed')(done.rollout)).rollout).toBe(done.rollout);
  expect(decide(done.rollout, hookIs('other')(done.rollout)).rollout).toBe(done.rollout);
  const begun = run(made([MIGRATE]), staged('h1'), staged('h2'));
  expect(decide(begun.rollout, hookIs('before_rollout', 'running')(begun.rollout)).rollout).toBe(begun.rollout);
  // No host has to say its word again for it.
  expect(toldAnew({ ...begun.rollout, hookRuns: [] }, begun.rollout)).toEqual([]);
});

it('where the record was lost, what runs once is undone on its host, if that knows of it', () => {
  const lost = takeBackLost(run(made([MIGRATE]), staged('h1')).rollout, 5, 9);
  const back = ['h2', 'h1'].reduce((rollout, host) => decide(rollout, reverted(host)(rollout)).rollout, lost.rollout);
  expect(hookCalls(back)).toMatchObject([{ run: { id: 'r1/before_rollout/undo', host: 'h1' } }]);
});

it('a rollback goes host by host past the hooks of what it leaves', () => {
  const hooks = [hook('before_revert', { onFailure: 'continue' }), hook('after_revert', { onFailure: 'continue' })];
  const hosts = made([]).hosts.map((host) => ({ ...host, state: 'staged' as const, from: NEW, to: OLD }));
  const back = made(hooks, { kind: 'rollback', hosts, version: '1', digest: '1' });
  const begun = begin(back);
  expect([commands(begun), running(begun)]).toEqual([[], ['before_revert/h1']]);
  expect(askOf(begun.rollout, hookCalls(begun.rollout)[0]!)).toMatchObject({ release: NEW, onlyIfBegun: false });
  const gone = decide(begun.rollout, hookIs('before_revert/h1', 'failed')(begun.rollout));
  expect(commands(gone)).toEqual(['switch h1']);
  const atOnce = begin({ ...back, options: { ...back.options, strategy: 'immediate' } });
  expect([atOnce.rollout.phase, running(atOnce)]).toEqual(['staging', ['before_revert/h1', 'before_revert/h2']]);
});

describe('of several apps', () => {
  const two = (...hooks: readonly HookSpec[]): Rollout =>
    made(hooks, {
      app: 'a,b',
      apps: [
        { app: 'a', version: '2', digest: '2' },
        { app: 'b', version: '2', digest: '2' },
      ],
      hosts: ['h1/a', 'h1/b', 'h2/b'].map((host) => ({
        ...{ host, app: host.slice(3), wave: Number(host[1]), state: 'pending', from: OLD, to: NEW },
        ...{ touched: false, step: 0 },
      })),
    });

  it('each has its own: for its hosts alone, under its name, asked of the host itself', () => {
    const [own] = hooksOfApp([hook('before_stage')], 'b');
    const begun = begin(two(own!));
    expect(commands(begun)).toEqual(['stage h1/a']);
    expect(running(begun)).toEqual(['b/before_stage/h1/b', 'b/before_stage/h2/b']);
    const asks = hookCalls(begun.rollout).map((call) => askOf(begun.rollout, call));
    expect(asks).toMatchObject([
      { id: 'r1/b/before_stage/h1/b', app: 'b', release: NEW },
      { id: 'r1/b/before_stage/h2/b', app: 'b' },
    ]);
    expect(shownRuns(begun.rollout).map(({ host }) => host)).toEqual(['h1', 'h2']);
    const one = decide(begun.rollout, hookIs('b/before_stage/h2/b')(begun.rollout));
    expect(commands(one)).toEqual(['stage h2/b']);
  });

  it('what runs once of each app has the first host that has the app', () => {
    const hooks = ['a', 'b'].flatMap((app) => hooksOfApp([MIGRATE], app));
    const done = run(two(...hooks), staged('h1/a'), staged('h1/b'), staged('h2/b'));
    expect(running(done)).toEqual(['a/before_rollout']);
    const next = decide(done.rollout, hookIs('a/before_rollout')(done.rollout));
    expect(next.rollout.hookRuns).toMatchObject([{ host: 'h1/a' }, { id: 'r1/b/before_rollout', host: 'h1/b' }]);
  });
});

it('an emergency waits for no hook on the way back, as any other does', () => {
  const onItsWay = [staged('h1'), staged('h2'), onTrial('h1')];
  const abort =
    (urgent: boolean): Say =>
    () => ({ kind: 'abort', by: 'bob', at: 3, ...(urgent ? { urgent } : {}) });
  const rollout = made([hook('before_revert'), hook('after_revert')]);
  const waits = run(rollout, ...onItsWay, abort(false));
  expect([commands(waits), running(waits)]).toEqual([[], ['before_revert/h2']]);
  const hurries = run(rollout, ...onItsWay, abort(true));
  expect([commands(hurries), running(hurries)]).toEqual([['revert h2', 'revert h1'], []]);
});
