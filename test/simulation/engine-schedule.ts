/** From a seed to a story of the real engine: what is asked for, what goes wrong on the way, and how it has to end. */
import type { Boundary, BoundaryName } from '@outrider/coordinator/engine/boundary.js';
import { BOUNDARIES } from '@outrider/coordinator/engine/boundary.js';
import type { MemorySnapshot } from '@outrider/coordinator/store/memory-store.js';
import type { RolloutAsk } from '@outrider/coordinator/api/ports.js';
import {
  CONTROL_ACTIONS,
  hasEnded,
  ON_FAILURE,
  ROLLBACK_STRATEGIES,
  type Rollout,
  ROLLOUT_STRATEGIES,
} from '@outrider/shared/domain/rollout.js';
import { placeOf } from '@outrider/shared/domain/rollout-place.js';
import type { HookSpec } from '@outrider/shared/domain/hook.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type Chance, chanceOf, pick } from './chance.js';
import { EngineWorld } from './engine-world.js';
import type { Fate } from './host-agents.js';
import { brokenHooksAtEnd } from './hook-world.js';
import { brokenByEnding } from './invariants.js';
import type { RealHost } from './real-host.js';
import { APP, APPS } from './rollout-world.js';
import { engineHooks, type Extra, type Told } from './schedules.js';

const NAMES = ['main-pc', 'pc2', 'pc3'];
const FATES: readonly Fate[] = [
  'good',
  'good',
  'good',
  'fails',
  'fails_on_trial',
  'unfetchable',
  'never_well',
  'falters',
];

interface Plot {
  readonly ask: Partial<RolloutAsk>;
  readonly fate: Fate;
  readonly where: string;
  readonly loss: number;
  readonly forgets: boolean;
  readonly trouble: number;
  readonly first: boolean;
  readonly thenBack: boolean;
  /** Hosts are well connected and nobody says anything: only leaders and Redis are in trouble. */
  readonly onlyRedis: boolean;
  readonly apps: readonly string[];
  readonly hooks: readonly HookSpec[];
}

function plotOf(seed: number, chance: Chance): Plot {
  // One in four is of two apps together.
  const apps = Math.floor(seed / 50) % 4 === 1 ? APPS : [APP];
  const hooks = seed % 150 === 0 ? engineHooks(seed) : [];
  const plot = { ...anyPlot(chance), apps, hooks };
  return plot.onlyRedis ? { ...plot, forgets: false, loss: 0 } : plot;
}

function anyPlot(chance: Chance): Omit<Plot, 'apps' | 'hooks'> {
  return {
    ask: {
      bakeMs: pick(chance, [0, 1_000, 3_000]),
      commit: chance() < 0.7 ? 'together' : 'each',
      strategy: pick(chance, ['rolling', ...ROLLOUT_STRATEGIES] as const),
      onFailure: pick(chance, ['rollback', ...ON_FAILURE] as const),
    },
    fate: pick(chance, FATES),
    where: pick(chance, NAMES),
    loss: pick(chance, [0, 0.05, 0.25]),
    forgets: chance() < 0.3,
    trouble: Math.floor(chance() * 50),
    first: chance() < 0.15,
    thenBack: chance() < 0.3,
    onlyRedis: chance() < 0.3,
  };
}

export async function tellEngine(seed: number, extra: Extra): Promise<Told> {
  const chance = chanceOf(seed ^ 0xe491);
  const plot = plotOf(seed, chance);
  const told = new EngineStory(plot, chance, extra);
  const phase = await told.tell();
  return { broken: told.broken, phase, story: told.log, title: JSON.stringify(plot) };
}

class EngineStory {
  readonly broken: string[] = [];
  readonly log: string[] = [];
  private readonly world: EngineWorld;
  private kept: MemorySnapshot | undefined;
  private forgotten = false;
  private hasLost = false;
  /** How many people have no answer yet. */
  private asked = 0;
  private jumped = false;
  private wake: (() => void) | undefined;
  private awakeIn = 0;

  constructor(
    private readonly plot: Plot,
    private readonly chance: Chance,
    private readonly extra: Extra,
  ) {
    const bad = plot.apps.at(-1);
    const fateOf = (host: string, version: string, app: string): Fate =>
      host === plot.where && version === '2.0.0' && app === bad ? plot.fate : 'good';
    this.world = new EngineWorld(chance, NAMES, fateOf, plot.first ? undefined : '1.0.0', plot.apps);
    this.world.hookSpecs = plot.hooks;
    if (plot.forgets) this.kept = this.world.store.snapshot();
  }

  async tell(): Promise<string> {
    const { world, plot } = this;
    await this.lead();
    const { rollout } = await world.call(world.engine.start(world.ask(plot.ask)));
    if (rollout === undefined) return 'nothing to do';
    world.loss = plot.loss;
    for (let step = 0; step < plot.trouble; step++) await this.stir(rollout.id);
    await this.calm();
    const ended = await this.last(rollout.id);
    await world.settle();
    this.judge(ended, rollout.options.commit);
    if (ended !== undefined && plot.thenBack && this.broken.length === 0) await this.back(ended);
    this.broken.push(...world.bugs.map((bug) => `no bug: ${String(bug)}`));
    for (const host of [...world.hosts, ...world.hookHosts]) this.broken.push(...host.faults);
    return ended?.phase ?? 'forgotten';
  }

  private async stir(id: string): Promise<void> {
    const { world, chance } = this;
    if (this.plot.onlyRedis) await this.stirRedis();
    else await this.stirAll(id);
    if (this.wake !== undefined && this.awakeIn-- <= 0) this.wakeUp();
    if (world.isDead && chance() < 0.5) await this.lead();
    await world.step(Math.floor(chance() * 1_500));
  }

  private async stirRedis(): Promise<void> {
    const dice = this.chance();
    if (dice < 0.05) this.note('a leader dies', () => this.world.die());
    else if (dice < 0.11) this.note('Redis writes a snapshot', () => (this.kept = this.world.store.snapshot()));
    else if (dice < 0.16) this.setBack();
    else if (dice < 0.2) await this.sleep();
  }

  private async stirAll(id: string): Promise<void> {
    const { world, chance } = this;
    const name = pick(chance, NAMES);
    const each = (act: (host: RealHost) => void) => (): void => world.on(name).forEach(act);
    const dice = chance();
    if (dice < 0.05) this.note('a leader dies', () => world.die());
    else if (dice < 0.1)
      this.note(`${name} is cut off, or reached again`, () => world.setCut(name, !world.cut.has(name)));
    else if (dice < 0.15) this.note('Redis goes away, or comes back', () => (world.redisAway = !world.redisAway));
    else if (dice < 0.17) this.forget();
    else if (dice < 0.21) this.note('Redis writes a snapshot', () => (this.kept = world.store.snapshot()));
    else if (dice < 0.245) this.setBack();
    else if (dice < 0.26)
      this.note(
        `${name} is started anew`,
        each((host) => host.reboot()),
      );
    else if (dice < 0.275)
      this.note(
        `the sidecar of ${name} is started anew`,
        each((host) => host.restart()),
      );
    else if (dice < 0.295)
      this.note(
        `the sidecar of ${name} is killed at a command`,
        each((host) => (host.crashAt = 'before it is done')),
      );
    else if (dice < 0.305) this.jump();
    else if (dice < 0.335) await this.sleep();
    else if (dice < 0.4) this.person(id);
  }

  private note(what: string, act: () => unknown): void {
    const { injected, story } = this.extra;
    const kind = what.replaceAll(/main-pc|pc\d/g, 'a host');
    injected?.set(kind, (injected.get(kind) ?? 0) + 1);
    if (story === true) this.log.push(`${this.world.clock.monotonic()} (${what})`);
    act();
  }

  /** Every other one dies at a boundary. */
  private async lead(): Promise<void> {
    const { chance } = this;
    const doomed = this.world.leaders > 0 && this.world.leaders < 8 && chance() < 0.3;
    const where = pick(chance, BOUNDARIES);
    let left = 1 + Math.floor(chance() * 6);
    const boundary =
      (die: () => void): Boundary =>
      (name: BoundaryName) => {
        if (name === where && --left === 0) this.note(`a leader dies at ${where}`, die);
      };
    this.note('a leader begins', () => undefined);
    await this.world.lead(doomed ? boundary : undefined);
  }

  private forget(): void {
    if (!this.plot.forgets || this.forgotten) return;
    this.forgotten = true;
    this.hasLost = true;
    this.note('Redis forgets everything', () => this.world.store.clear());
  }

  private setBack(): void {
    const { kept, world } = this;
    if (kept === undefined) return;
    const lease = this.chance() < 0.5 ? 'kept' : 'lost';
    if (kept.rollouts.size === 0) this.forgotten = true;
    this.hasLost = true;
    this.note(`Redis fails over with lost writes, the lease ${lease}`, () => world.store.setBack(kept, lease));
  }

  private jump(): void {
    this.jumped = true;
    this.note("the leader's clock jumps", () => (this.world.skew += Math.floor((this.chance() - 0.5) * 120_000)));
  }

  /** Another leader takes its place; later it wakes up in the middle of what it did. */
  private async sleep(): Promise<void> {
    if (this.wake !== undefined || this.world.isDead) return;
    this.note('a leader falls asleep, another follows', () => (this.wake = this.world.sleep()));
    this.awakeIn = 2 + Math.floor(this.chance() * 8);
    await this.lead();
  }

  private wakeUp(): void {
    const { wake } = this;
    this.wake = undefined;
    if (wake !== undefined) this.note('a fenced leader wakes up', wake);
  }

  private person(id: string): void {
    const { world, chance } = this;
    const action = pick(chance, [...CONTROL_ACTIONS, 'resume', 'supersede'] as const);
    // One app alone makes all that it runs with give way.
    const newer = this.plot.apps.at(-1) ?? APP;
    const asked =
      action === 'supersede'
        ? world.leader.start(
            world.ask({ app: newer, version: '3.0.0', supersede: true, requestId: `s${world.clock.monotonic()}` }),
          )
        : world.leader.control(id, '', action, 'somebody');
    this.note(`a person says ${action}`, () => undefined);
    this.asked += 1;
    asked
      .catch((error: unknown) => {
        if (!(error instanceof OutriderError)) this.broken.push(`no bug: ${String(error)}`);
      })
      .finally(() => (this.asked -= 1))
      .catch(() => undefined);
  }

  private async calm(): Promise<void> {
    const { world } = this;
    world.loss = 0;
    world.redisAway = false;
    this.wakeUp();
    for (const name of [...world.cut]) world.setCut(name, false);
    if (world.isDead) await this.lead();
  }

  /** Of the one that was asked for, and of what has superseded it: the last end. */
  private async last(id: string): Promise<Rollout | undefined> {
    const ended = await this.finish(id);
    // Who asked a leader that has died gets no answer at all.
    for (let step = 0; step < 160 && this.asked > 0; step++) await this.world.step(100);
    const [newest] = await this.world.store.list(undefined, 1);
    if (newest === undefined || newest.rollout.id === id) return ended;
    return this.finish(newest.rollout.id);
  }

  /** Whoever waits for a person gets one. */
  private async finish(id: string): Promise<Rollout | undefined> {
    const { world } = this;
    for (let step = 0; step < 1_200; step++) {
      if (world.isDead) await this.lead();
      await world.step(step < 600 ? 250 : 1_000);
      const rollout = (await world.store.load(id))?.rollout;
      if (rollout === undefined && step > 400 && (this.forgotten || world.hosts.every(({ phase }) => phase === 'idle')))
        return undefined;
      if (rollout === undefined) continue;
      if (hasEnded(rollout.phase)) return rollout;
      if (!rollout.paused || step % 8 !== 0) continue;
      const action =
        rollout.awaiting !== undefined ? 'promote' : rollout.holding !== undefined && step > 200 ? 'abort' : 'resume';
      world.leader.control(id, '', action, 'test').catch(() => undefined);
    }
    return (await world.store.load(id))?.rollout;
  }

  private judge(ended: Rollout | undefined, commit: 'together' | 'each'): void {
    const { world, plot } = this;
    if (ended === undefined) {
      // Forgotten before any host was under way, or by everybody: then all hosts are alike.
      const versions = new Set(world.hosts.map((host) => host.active?.version));
      if (!this.forgotten) this.broken.push('every rollout ends: it is gone');
      else if (commit === 'together' && versions.size > 1) {
        this.broken.push(
          `what is not as it should be is said: hosts run ${[...versions].join(' and ')}, and nobody knows`,
        );
      }
      return;
    }
    if (!this.hasLost && (ended.reason ?? '').includes('was lost')) {
      this.broken.push(
        'only what was lost counts as lost: Redis has everything, and no host has done more than it knows',
      );
    }
    if (plot.onlyRedis && ended.phase === 'stuck') {
      this.broken.push(`whoever can be reached is taken back: it is stuck, ${ended.reason ?? ''}`);
    }
    const hosts = ended.hosts.map((told) => this.placeOf(ended, told));
    const allowed = plot.ask.strategy === 'all-at-once' ? NAMES.length : 1;
    const { mostSwitching } = world;
    this.broken.push(...brokenHooksAtEnd(ended, world.hookHosts));
    this.broken.push(...brokenByEnding({ rollout: ended, hosts, lastEvent: undefined, mostSwitching, allowed }));
  }

  private placeOf(rollout: Rollout, told: Rollout['hosts'][number]): RealHost {
    const { host, app } = placeOf(rollout, told);
    return this.world.at(host, app)!;
  }

  /** A rollback of what has become of it. */
  private async back(ended: Rollout): Promise<void> {
    const { world, chance } = this;
    const strategy = pick(chance, ROLLBACK_STRATEGIES);
    if (world.isDead) await this.lead();
    this.note('a person rolls back', () => undefined);
    const failed = ended.phase === 'succeeded' ? [] : ended.hosts.filter(({ culprit }) => culprit !== undefined);
    try {
      const { rollout } = await world.call(world.leader.rollback(world.askBack({ strategy })));
      if (rollout === undefined) return;
      const wrong = rollout.hosts.find(({ host, to }) =>
        failed.some((one) => one.host === host && one.to.version === to.version),
      );
      if (wrong !== undefined) this.broken.push(`never back to what failed: ${wrong.host} to ${wrong.to.version}`);
      const after = await this.finish(rollout.id);
      await world.settle();
      if (after?.phase !== 'succeeded') this.broken.push(`a rollback succeeds: it is ${after?.phase ?? 'gone'}`);
      for (const told of rollout.hosts) {
        const real = this.placeOf(rollout, told);
        if (real.active?.version !== told.to.version)
          this.broken.push(`a rollback succeeds: ${told.host} is not there`);
      }
    } catch (error) {
      // Who asked a leader that has died gets no answer at all.
      if (!(error instanceof OutriderError) && !world.isDead) throw error;
    }
  }
}
