/** From a seed to a whole schedule: what kind of rollout, which releases are bad, how much trouble. */
import type { HookSpec } from '@outrider/shared/domain/hook.js';
import type { GateSpec } from '@outrider/shared/domain/gate.js';
import { hooksOfApp } from '@outrider/coordinator/rollout/plan-hooks.js';
import { ROLLBACK_STRATEGIES, type Rollout } from '@outrider/shared/domain/rollout.js';
import { type Chance, chanceOf, pick } from './chance.js';
import type { Fate } from './host-agents.js';
import type { HookOptions } from './hook-world.js';
import { brokenByEnding } from './invariants.js';
import { APPS, World, type WorldOptions } from './rollout-world.js';

const BAD: readonly Fate[] = ['fails', 'fails_on_trial', 'unfetchable', 'never_well', 'falters'];

const fateOf = (chance: Chance): Fate => (chance() < 0.85 ? 'good' : pick(chance, BAD));
const oldFateOf = (chance: Chance): Fate => (chance() < 0.93 ? 'good' : 'never_well');

const gate = (name: string, count: number): GateSpec => ({
  ...{ name, ask: { kind: 'exec', command: ['x'] }, minSamples: 1, intervalMs: 1_000, timeoutMs: 1_000 },
  ...{ count, failureLimit: 1, errorLimit: 2, noData: 'fail' },
});
const GATES = [gate('once', 1), gate('thrice', 3)];
const GATES_OF_TWO = APPS.flatMap((app) => GATES.map((one) => ({ ...one, app, name: `${app}/${one.name}` })));

/** Two in seven are of two apps together. */
const appsOf = (seed: number): 1 | 2 => ([3, 5].includes(seed % 7) ? 2 : 1);

const hook = (point: HookSpec['point'], more: Partial<HookSpec> = {}): HookSpec => ({
  ...{ name: point, point, action: { kind: 'command', command: ['x'] }, on: 'each' },
  ...{ timeoutMs: 1_000, retries: 0, onFailure: 'fail' },
  ...more,
});
const MIGRATE = hook('before_rollout', { on: 'once', undo: ['y'], retries: 1 });
const TOLD = { onFailure: 'continue' } as const;

/** What ones stand where is a matter of the seed. */
function hooksOf(seed: number, kind: Rollout['kind'], calm: boolean): HookOptions {
  const chance = chanceOf(seed ^ 0xb00c);
  const back = [hook('before_revert', TOLD), hook('after_revert', TOLD)];
  const call: HookSpec['action'] = { kind: 'webhook', url: 'http://x' };
  const forward = [
    hook('before_stage', { onFailure: pick(chance, ['fail', 'hold'] as const) }),
    hook('after_stage', TOLD),
    MIGRATE,
    hook('before_switch'),
    hook('before_switch', { name: 'before_switch-2', on: 'once', undo: ['y'] }),
    hook('after_switch', { action: call }),
    hook('before_trial', { on: 'once' }),
    hook('after_trial'),
    hook('before_commit', { on: 'once', undo: ['y'], action: call }),
    hook('after_commit', TOLD),
    hook('after_rollout', { ...TOLD, on: 'once' }),
  ].filter((one) => one === MIGRATE || chance() < 0.4);
  const specs = kind === 'rollback' ? back : [...forward, ...back.filter(() => chance() < 0.5)];
  return { specs, badOfTen: calm ? 0 : pick(chance, [0, 0.3, 1]), trouble: !calm };
}

/** Of two apps each has its own. */
const ofApps = (hooks: HookOptions, apps: 1 | 2): HookOptions =>
  apps === 1 ? hooks : { ...hooks, specs: APPS.flatMap((app) => hooksOfApp(hooks.specs, app)) };

/** For a whole engine, whose hosts do as they are asked. */
export const engineHooks = (seed: number): readonly HookSpec[] => hooksOf(seed, 'rollout', true).specs;

export type Extra = Pick<WorldOptions, 'visited' | 'injected' | 'story' | 'heard'>;

/** Nothing that matters goes wrong, so nothing may come of it. */
type Peace = 'none' | 'good release' | 'reachable';

const peaceOf = (seed: number): Peace => (seed % 12 === 5 ? 'good release' : seed % 12 === 7 ? 'reachable' : 'none');

export function optionsOf(seed: number): WorldOptions {
  const chance = chanceOf(seed ^ 0x5eed);
  const peace = peaceOf(seed);
  const kind = peace !== 'none' || chance() < 0.78 ? 'rollout' : 'rollback';
  const apps = appsOf(seed);
  const whole: WorldOptions = {
    ...{ seed, kind, ...(apps === 1 ? {} : { apps }) },
    hosts: 1 + Math.floor(chance() * 4),
    first: kind === 'rollout' && chance() < 0.2,
    bakeMs: pick(chance, [0, 3_000, 20_000]),
    commit: chance() < 0.7 ? 'together' : 'each',
    ...(kind === 'rollback' ? { strategy: pick(chance, ROLLBACK_STRATEGIES) } : {}),
    onFailure: pick(chance, ['rollback', 'rollback', 'rollback-host', 'hold'] as const),
    parallel: pick(chance, [1, 1, 2, 0]),
    promotedAfter: pick(chance, [0, 0, 1, 2]),
    fates: Array.from({ length: 4 * apps }, () => (peace === 'good release' ? 'good' : fateOf(chance))),
    oldFates: Array.from({ length: 4 * apps }, () => (peace === 'none' ? oldFateOf(chance) : 'good')),
    order: pick(chance, ['stop-first', 'start-first'] as const),
    chaos: pick(chance, [0, 40, 40, 150, 150, 400]),
    ...(peace === 'none' && seed % 5 === 2 ? { gates: apps === 1 ? GATES : GATES_OF_TWO } : {}),
    ...(kind === 'rollback' && seed % 3 === 1 ? { moves: true } : {}),
    ...(peace === 'none' ? {} : { harmless: true }),
    ...(peace === 'reachable' ? { aborts: chance() < 0.5 } : {}),
  };
  if (seed % 5 !== 3) return whole;
  return { ...whole, hooks: ofApps(hooksOf(seed, kind, peace !== 'none'), apps) };
}

function brokenPeace(seed: number, { phase }: Rollout): readonly string[] {
  const peace = peaceOf(seed);
  if (peace === 'good release' && phase !== 'succeeded') return [`a good release succeeds: it is ${phase}`];
  return peace === 'reachable' && phase === 'stuck' ? ['whoever can be reached is taken back: it is stuck'] : [];
}

export interface Told {
  /** What of the rules was broken; none: all is well. */
  readonly broken: readonly string[];
  readonly phase: string;
  readonly story: readonly string[];
  readonly title: string;
}

export function tellPure(seed: number, extra: Extra): Told {
  const options = optionsOf(seed);
  const world = new World({ ...options, ...extra });
  world.run();
  const { rollout, hosts, mostSwitching } = world;
  const lastEvent = world.lastLine?.type;
  // A rollback has no trial and no waves: its strategy says how many go at once.
  const allowed = rollout.kind === 'rollback' ? options.hosts : world.allowed;
  const broken = [
    ...world.faults,
    ...brokenByEnding({ rollout, hosts, lastEvent, mostSwitching, allowed }),
    ...brokenPeace(seed, rollout),
  ];
  return { broken, phase: rollout.phase, story: world.log, title: JSON.stringify(options) };
}
