/**
 * A host under random commands with random, stale and repeated fences, reboots and time: what must hold whatever
 * comes. A second, simple book is kept beside it and compared.
 */
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import { compareFences, type Fence } from '@outrider/shared/domain/host.js';
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import type { ScaledAgents } from '@outrider/shared/domain/scaling.js';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type AppState, type Phase, wantedOf } from './app-state.js';
import { holdHost, resumeHost } from './hold.js';
import type { HostEvent, HostEventKind, Order } from './host-event.js';
import { appOf, decideHost, type HostState, NEW_HOST } from './host-state.js';
import type { Moment } from './moment.js';
import { KINDS, PHASES, release } from './testing/examples.js';

type GivenFence = Fence | 'next step' | 'next rollout';

type Step =
  | {
      readonly do: 'stage' | 'commit' | 'revert';
      readonly fence: GivenFence;
      readonly holder: number;
      readonly release: number;
    }
  | {
      readonly do: 'switch';
      readonly fence: GivenFence;
      readonly holder: number;
      readonly release: number;
      readonly confirm: number;
      readonly staged: boolean;
      readonly stays: boolean;
    }
  | { readonly do: 'renew'; readonly epoch: number; readonly holder: number; readonly rollout: number }
  | { readonly do: 'again'; readonly which: number }
  | { readonly do: 'converged' | 'failed' | 'staged' | 'stageFailed'; readonly of: 'wanted' | number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'tick' | 'restart' | 'reboot' }
  | { readonly do: 'scale'; readonly replicas: number }
  /** A person. */
  | { readonly do: 'emergency' | 'resume' };

/** Mostly the one that comes next, so that much is accepted; the rest are stale, far ahead, or of a fenced leader. */
const fence: fc.Arbitrary<GivenFence> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('next step' as const, 'next step' as const, 'next rollout' as const) },
  fc.record({
    epoch: fc.integer({ min: 1, max: 3 }),
    rollout: fc.integer({ min: 1, max: 3 }),
    step: fc.integer({ min: 1, max: 6 }),
  }),
);
const holder = fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 2 }));
const version = fc.integer({ min: 0, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('stage', 'commit', 'revert'), fence, holder, release: version }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('switch' as const),
      fence,
      holder,
      release: version,
      confirm: fc.constantFrom(0, 100, 100, 100),
      staged: fc.boolean(),
      stays: fc.boolean(),
    }),
  },
  fc.record({
    do: fc.constant('renew' as const),
    epoch: fc.integer({ min: 1, max: 3 }),
    holder,
    rollout: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ do: fc.constant('again' as const), which: fc.nat(20) }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('converged' as const),
      of: fc.oneof(fc.constant('wanted' as const), version),
    }),
  },
  fc.record({
    do: fc.constantFrom('failed' as const, 'staged' as const, 'stageFailed' as const),
    of: fc.oneof(fc.constant('wanted' as const), version),
  }),
  fc.record({ do: fc.constant('scale' as const), replicas: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 80 }) }),
  fc.record({ do: fc.constantFrom('tick' as const, 'restart' as const, 'reboot' as const) }),
  fc.record({ do: fc.constantFrom('emergency' as const, 'resume' as const, 'resume' as const) }),
);

const visited = new Map<string, number>();

class World {
  state: HostState = NEW_HOST;
  highest: Fence | undefined;
  readonly holders = new Map<number, string>();
  readonly failed = new Set<string>();
  /** Versions that were seen running well: only they may become previous. */
  readonly well = new Set<string>();
  now = 0;
  boot = 1;
  readonly said: HostEvent[] = [];

  at(): Moment {
    return { bootId: `boot-${this.boot}`, sinceBootMs: this.now, wall: `at ${this.now}` };
  }

  app(): AppState {
    return appOf(this.state, 'app');
  }

  fence(given: GivenFence): Fence {
    if (typeof given !== 'string') return given;
    const epoch = Math.max(1, ...this.holders.keys());
    const { rollout, step: last } = this.highest ?? { rollout: 1, step: 0 };
    return given === 'next step' ? { epoch, rollout, step: last + 1 } : { epoch, rollout: rollout + 1, step: 1 };
  }

  take(event: HostEvent): void {
    // By policy such a trial goes on, and that is noted first, whatever else is heard.
    if (event.kind !== 'tick' && isOverdue(this.app(), this.at())) this.take({ kind: 'tick', at: this.at() });
    const before = this.app();
    visited.set(`${before.work.phase} x ${event.kind}`, (visited.get(`${before.work.phase} x ${event.kind}`) ?? 0) + 1);
    const { state, reply, effects } = decideHost(this.state, 'app', event);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    expect(decideHost(JSON.parse(canonicalJson(this.state)) as HostState, 'app', event).state).toEqual(state);
    const isHeld = this.state.hold !== undefined;
    this.state = state;
    if (isHeld) this.checkHeld(event, before, reply.accepted);
    const isBarred = isHeld && !reply.accepted && ['switch', 'commit', 'renew'].includes(event.kind);
    if (isBarred) this.heardInVain(event);
    else this.checkFence(event, before, reply.accepted, effects.length);
    this.checkMove(before, event);
    this.checkOrders(before, event, reply.accepted);
    this.checkAlways();
  }

  /** A person at the host: everything back, to nothing that has failed; and an epoch that is nobody's. */
  emergency(): void {
    const [before, wasHeld] = [this.app(), this.state.hold !== undefined];
    const { state } = holdHost(this.state, '', { by: 'ada', since: this.at().wall, isStaged: () => true });
    this.state = state;
    if (wasHeld) {
      expect(this.app()).toEqual(before);
      return;
    }
    this.holders.set(state.binding.epoch, state.binding.holder);
    const { work, active } = this.app();
    expect(['idle', 'reverting']).toContain(work.phase);
    const wanted = before.work.phase === 'idle' ? [before.active, before.previous] : [before.active];
    expect(wanted.some((release_) => sameRelease(release_, active))).toBe(true);
    if (Object.hasOwn(state.apps, 'app')) this.checkAlways();
  }

  resume(): void {
    this.state = resumeHost(this.state);
  }

  /** Held, it moves nowhere but back. */
  private checkHeld(event: HostEvent, before: AppState, accepted: boolean): void {
    const { active, work } = this.app();
    expect(sameRelease(active, before.active)).toBe(true);
    expect(['idle', 'reverting']).toContain(work.phase);
    if (event.kind === 'commit' || event.kind === 'renew') expect(accepted).toBe(false);
    if (event.kind === 'switch') expect(accepted && !sameRelease(event.release, before.active)).toBe(false);
  }

  private checkFence(event: HostEvent, before: AppState, accepted: boolean, effects: number): void {
    const after = this.app();
    if (!('order' in event)) {
      expect(after.accepted).toEqual(before.accepted);
      if (event.kind === 'renew') expect(this.hears(event.epoch, event.holder) || !accepted).toBe(true);
      return;
    }
    const { fence: given, holder: by } = event.order;
    const mayspeak = this.hears(given.epoch, by);
    if (!mayspeak) {
      expect(accepted).toBe(false);
      expect([after, effects]).toEqual([before, 0]);
      return;
    }
    if (this.highest !== undefined && compareFences(given, this.highest) < 0) {
      expect(accepted).toBe(false);
      if (leftOver(before, event.at)) expect(after.work.phase).toBe('reverting');
      else expect([after, effects]).toEqual([before, 0]);
      return;
    }
    if (this.highest !== undefined && compareFences(given, this.highest) === 0) {
      expect(accepted).toBe(true);
      if (!leftOver(before, event.at)) expect([after, effects]).toEqual([before, 0]);
    }
    if (accepted) this.highest = given;
    expect(after.accepted?.fence).toEqual(this.highest);
  }

  /** A refused command may bring a new leader all the same. */
  private heardInVain(event: HostEvent): void {
    if ('order' in event) this.hears(event.order.fence.epoch, event.order.holder);
    else if (event.kind === 'renew') this.hears(event.epoch, event.holder);
  }

  /** The book of epochs: the highest has one holder for ever. */
  private hears(epoch: number, holder_: string): boolean {
    const highest = Math.max(0, ...this.holders.keys());
    if (epoch > highest) this.holders.set(epoch, holder_);
    return this.holders.get(epoch) === holder_ && epoch >= highest;
  }

  /** Which ways from phase to phase there are, and what they do to the releases. */
  private checkMove(before: AppState, event: HostEvent): void {
    const after = this.app();
    const from = before.work.phase;
    const to = after.work.phase;
    if (event.kind === 'failed' && (from === 'switching' || from === 'trial') && to === 'reverting') {
      if (!sameRelease(before.active, event.release)) this.failed.add(event.release.version);
    }
    if (before.work.phase === 'switching' && event.kind === 'tick' && to === 'reverting') {
      if (before.work.deadline.bootId === event.at.bootId && !sameRelease(before.active, before.work.candidate)) {
        this.failed.add(before.work.candidate.version);
      }
    }
    if (!sameRelease(after.active, before.active)) {
      const committed = event.kind === 'commit' && from === 'trial';
      const rolledBack = event.kind === 'switch' && event.confirmWithinMs === 0 && event.staged;
      expect(committed || rolledBack).toBe(true);
      if (before.work.phase === 'trial' && event.kind === 'commit') {
        expect(leftOver(before, event.at)).toBe(false);
        expect(after.active).toEqual(before.work.candidate);
        this.failed.delete(before.work.candidate.version);
      }
    }
    if (to === 'trial' && from !== 'trial') expect([from, event.kind]).toEqual(['switching', 'converged']);
    if (to === 'switching' && from !== 'switching') expect([from, event.kind]).toEqual(['idle', 'switch']);
    if (from !== 'idle' && to === 'idle') expect(['commit', 'converged']).toContain(event.kind);
    if (event.kind === 'converged' && from !== to) {
      expect(sameRelease(event.release, wantedOf(before))).toBe(true);
      if (event.release !== undefined) this.well.add(event.release.version);
    }
  }

  /** How many run is changed by an order, and by another release that stays; a trial that goes back leaves it as it was. */
  private checkOrders(before: AppState, event: HostEvent, accepted: boolean): void {
    const after = this.app();
    if (event.kind === 'scale') {
      if (before.work.phase !== 'idle' || before.active === undefined) expect(accepted).toBe(false);
      if (accepted) expect(after.scaled?.['memory']?.replicas ?? event.declared).toBe(event.replicas);
      else expect(after).toEqual(before);
    } else if (sameRelease(after.active, before.active)) {
      expect(after.scaled).toEqual(before.scaled);
    } else if (before.work.phase === 'trial' && event.kind === 'commit') {
      expect(after.scaled).toEqual(before.work.change.scaled);
    }
    if (!sameRelease(after.active, before.active) && sameRelease(after.previous, before.active)) {
      expect(after.scaledBefore).toEqual(before.scaled);
    }
  }

  private checkAlways(): void {
    const { active, previous, work, outcome } = this.app();
    for (const version_ of this.failed) {
      expect(active?.version).not.toBe(version_);
      expect(previous?.version).not.toBe(version_);
    }
    if (previous !== undefined) {
      expect(sameRelease(previous, active)).toBe(false);
      expect([...this.well]).toContain(previous.version);
    }
    if (work.phase === 'reverting' && work.towards === 'revert') expect(outcome?.result).toBe('reverted');
  }

  /** With time or boot over, nothing but the old release may be on its way, whatever comes next. */
  checkDeadline(): void {
    const { state } = decideHost(this.state, 'app', { kind: 'tick', at: this.at() });
    const app = appOf(state, 'app');
    if (leftOver(this.app(), this.at())) {
      expect(app.work.phase).toBe('reverting');
      expect(wantedOf(app)).toEqual(this.app().active);
    }
  }
}

const isOverdue = ({ work }: AppState, moment: Moment): boolean =>
  work.phase === 'trial' &&
  work.onLeaseEnd === 'hold' &&
  work.overdueSince === undefined &&
  work.lease.bootId === moment.bootId &&
  work.lease.sinceBootMs <= moment.sinceBootMs;

/** Whether its time is over at this moment. */
function leftOver({ work }: AppState, moment: Moment): boolean {
  const deadline = work.phase === 'switching' ? work.deadline : work.phase === 'trial' ? work.lease : undefined;
  if (deadline === undefined) return false;
  // By policy such a trial has no end but another boot.
  if (work.phase === 'trial' && work.onLeaseEnd === 'hold') return deadline.bootId !== moment.bootId;
  return deadline.bootId !== moment.bootId || deadline.sinceBootMs <= moment.sinceBootMs;
}

type GivenSwitch = Extract<Step, { do: 'switch' }>;

/** As the host reckons them when the command comes. */
const ordersOf = ({ active, scaled }: AppState, target: ReleaseRef): { readonly scaled?: ScaledAgents } => {
  if (sameRelease(active, target)) return scaled === undefined ? {} : { scaled };
  const replicas = 10 + Number(target.version[0]);
  return { scaled: { memory: { replicas, by: 'bob', since: '', reason: '' } } };
};

const switchOf = (given: Step, order: Order, target: ReleaseRef, moment: Moment): HostEvent => {
  const { confirm, staged, stays } = given as GivenSwitch;
  return {
    kind: 'switch',
    order,
    release: target,
    confirmWithinMs: confirm,
    ...(stays ? { onLeaseEnd: 'hold' as const } : {}),
    record: '{}',
    staged,
    limitMs: 50,
    at: moment,
  };
};

function eventOf(world: World, given: Step): HostEvent | undefined {
  const moment = world.at();
  const chosen = (of: 'wanted' | number): ReleaseRef | undefined =>
    of === 'wanted' ? wantedOf(world.app()) : release(`${of}.0.0`);
  switch (given.do) {
    case 'stage':
    case 'commit':
    case 'revert':
    case 'switch': {
      const fence = world.fence(given.fence);
      const order: Order = {
        fence,
        holder: `leader-${fence.epoch}-${given.holder}`,
        rollout: `r${fence.rollout}`,
        by: 'alice',
      };
      const target = release(`${given.release}.0.0`);
      if (given.do === 'stage') return { kind: 'stage', order, release: target, sources: [], at: moment };
      if (given.do === 'commit') return { kind: 'commit', order, at: moment };
      if (given.do === 'revert') return { kind: 'revert', order, reason: 'told to', at: moment };
      return { ...switchOf(given, order, target, moment), ...ordersOf(world.app(), target) };
    }
    case 'renew':
      return {
        kind: 'renew',
        epoch: given.epoch,
        holder: `leader-${given.epoch}-${given.holder}`,
        rollout: `r${given.rollout}`,
        confirmWithinMs: 100,
        at: moment,
      };
    case 'again': {
      const event = world.said[given.which % Math.max(1, world.said.length)];
      if (event?.kind === 'switch') {
        const { scaled: _scaled, ...asked } = event;
        return { ...asked, ...ordersOf(world.app(), event.release), at: moment };
      }
      return event !== undefined && 'at' in event ? { ...event, at: moment } : event;
    }
    case 'converged': {
      const of = chosen(given.of);
      return { kind: 'converged', ...(of === undefined ? {} : { release: of }), at: moment };
    }
    case 'failed': {
      const of = chosen(given.of);
      return of === undefined ? undefined : { kind: 'failed', release: of, reason: 'it broke' };
    }
    case 'staged':
    case 'stageFailed': {
      const of = chosen(given.of) ?? release('0.0.0');
      return given.do === 'staged' ? { kind: 'staged', release: of } : { kind: 'stageFailed', release: of, reason: '' };
    }
    case 'wait':
      world.now += given.ms;
      return undefined;
    case 'emergency':
      world.emergency();
      return undefined;
    case 'resume':
      world.resume();
      return undefined;
    case 'scale':
      return {
        ...{ kind: 'scale', agent: 'memory', replicas: given.replicas, declared: 1 },
        ...{ by: 'alice', reason: '', at: moment },
      };
    case 'tick':
      return { kind: 'tick', at: moment };
    case 'restart':
      return { kind: 'booted', at: moment };
    case 'reboot':
      world.boot += 1;
      world.now = 0;
      return { kind: 'booted', at: world.at() };
  }
}

describe('a host under any commands', () => {
  it('obeys no lower fence, keeps no failed release, and goes back when its time is over', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const world = new World();
        for (const given of steps) {
          const event = eventOf(world, given);
          world.checkDeadline();
          if (event === undefined) continue;
          world.said.push(event);
          world.take(event);
        }
      }),
      { numRuns: 1500 },
    );
  });

  afterAll(() => {
    const cells = PHASES.flatMap((phase: Phase) => KINDS.map((kind: HostEventKind) => `${phase} x ${kind}`));
    expect(cells.filter((cell) => !visited.has(cell))).toEqual([]);
  });
});
