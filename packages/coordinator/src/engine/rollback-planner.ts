/** Finds what a rollback would go to, host by host. Refuses what failed before and what is nowhere; what is back stays. */
import { diffAgents } from '@outrider/shared/domain/agent-diff.js';
import { type AppStatus, heldWords } from '@outrider/shared/domain/host.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Plan, Rollout, RolloutApp } from '@outrider/shared/domain/rollout.js';
import { ofApp } from '@outrider/shared/domain/rollout-place.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { RollbackAsk } from '../api/ports.js';
import { asRolledBack } from '../rollout/carried.js';
import { inOrderOfMoves } from '../rollout/moves.js';
import { chooseTargets, isToLastGood, withoutTakenBack } from '../rollout/last-good.js';
import { rollbackWaves } from '../rollout/rollback-waves.js';
import { findRelease, type PlannerOptions } from './planner.js';
import type { FleetHost, RolloutStore, SpecStore } from './ports.js';
import { remember } from './remember.js';
import { isWhole, someBack } from './rollback-some.js';
import { Why } from './why.js';

export interface RollbackTarget {
  readonly host: string;
  /** Absent: the only app of the rollback. */
  readonly app?: string;
  readonly from?: ReleaseRef;
  readonly to: ReleaseRef;
  /** The release is on the host already. */
  readonly staged: boolean;
  /** Hosts that agents leave for this one. */
  readonly after?: readonly string[];
}

export interface PlannedRollback {
  readonly plan: Plan;
  /** In the order in which they are switched: the last of the rollout first. */
  readonly targets: readonly RollbackTarget[];
  /** Those that it is about. */
  readonly apps: readonly RolloutApp[];
  /** Host specs by their digest, of what must be fetched. */
  readonly specs: ReadonlyMap<string, string>;
}

export interface RollbackOptions extends PlannerOptions {
  readonly store: RolloutStore;
  readonly specs: SpecStore;
}

export interface Standing {
  readonly host: FleetHost;
  readonly app: AppStatus;
}

/** Of one app. */
export type RollbackPlanAsk = Pick<RollbackAsk, 'app' | 'to' | 'hosts' | 'agents' | 'strategy' | 'toLastGood'>;

/** `to` empty: the previous release of each host. `agents` empty: all of them go back. No target: all are back. */
export async function planRollback(ask: RollbackPlanAsk, options: RollbackOptions): Promise<PlannedRollback> {
  const { app, to, hosts: onlyHosts, agents = [] } = ask;
  const history = (await options.store.list(app, 100)).map(({ rollout }) => ofApp(rollout, app));
  const found = standingOn(app, onlyHosts, history, options);
  const { left: standing, notices } = isToLastGood(ask) ? withoutTakenBack(found, history) : asTheyAre(found);
  if (standing.length === 0 && notices.length > 0) return planOf(ask, [], notices);
  if (agents.length === 0) for (const { host } of standing) refuseHeld(host);
  const specs = new Map<string, string>();
  const back = to === '' ? toPrevious(app, standing) : await toVersion({ app, to }, standing, specs, options);
  const targets =
    agents.length === 0 ? back : await someBack({ app, to, agents, standing, whole: back }, specs, options);
  for (const { host } of standing) if (targets.some((target) => target.host === host.name)) refuseHeld(host);
  const chosen = chooseTargets(ask, targets, history);
  if (chosen.refusal !== undefined) throw new OutriderError('refused', chosen.refusal);
  const why = new Why(options.releases);
  const known = await Promise.all(
    chosen.targets.map(async (target) => ({
      ...target,
      actions: await actionsOf(standing, target, specs, why, options),
    })),
  );
  return planOf(ask, inOrderOfMoves(known), [...notices, ...chosen.notices], specs);
}

type Planned = RollbackTarget & { readonly actions: Plan['hosts'][number]['actions'] };

/** `targets`: in the order in which they go. */
function planOf(
  { app, to, agents = [], strategy }: RollbackPlanAsk,
  targets: readonly Planned[],
  notices: readonly string[],
  specs: ReadonlyMap<string, string> = new Map(),
): PlannedRollback {
  const version = to === '' ? mostCommon(targets.map((target) => target.to.version)) : (targets[0]?.to.version ?? to);
  const waves = rollbackWaves(strategy, targets);
  const hosts = targets.map(({ host, from, to, actions }) => ({
    ...{ host, wave: waves.get(host) ?? 1, actions, release: to },
    ...(from === undefined ? {} : { from: from.version }),
    ...(to.version === version ? {} : { to: to.version }),
  }));
  const content = { app, version, strategy, ...(agents.length === 0 ? {} : { agents }), hosts, problems: [] };
  const wanted = new Map([...specs].filter(([digest]) => targets.some(({ to }) => to.specDigest === digest)));
  const digest = (targets.find((target) => target.to.version === version) ?? targets[0])?.to.digest ?? '';
  const plan = {
    ...{ plan: digestOf({ ...content, hosts: hosts.map(withoutWhy) }).slice(0, 12), ...content },
    ...(notices.length === 0 ? {} : { notices }),
  };
  return { plan, targets, apps: [{ app, version, digest }], specs: wanted };
}

/** What the reasons are follows from the rest. */
const withoutWhy = (host: Plan['hosts'][number]): object => ({
  ...host,
  actions: host.actions.map(({ why: _why, ...action }) => action),
});

/** Hosts that are known to have something of the app; one that is down is tried too: it may come back in time. */
function standingOn(
  app: string,
  onlyHosts: readonly string[],
  history: readonly Rollout[],
  { fleet }: RollbackOptions,
): readonly Standing[] {
  const unknown = onlyHosts.find((name) => fleet.host(name) === undefined);
  if (unknown !== undefined) {
    const known = fleet.hosts().map((host) => host.name);
    throw new OutriderError('invalid', `There is no host "${unknown}". Known hosts: ${known.join(', ')}.`);
  }
  const order = history[0]?.kind === 'rollout' ? history[0].hosts.map((host) => host.host).reverse() : [];
  const place = (host: FleetHost): number => (order.includes(host.name) ? order.indexOf(host.name) : order.length);
  const chosen = fleet.hosts().filter((host) => onlyHosts.length === 0 || onlyHosts.includes(host.name));
  return [...chosen]
    .reverse()
    .sort((a, b) => place(a) - place(b))
    .flatMap((host) => {
      const status = host.status?.apps.find((candidate) => candidate.app === app);
      return status === undefined ? [] : [{ host, app: status }];
    });
}

const asTheyAre = <T>(left: readonly T[]): { readonly left: readonly T[]; readonly notices: readonly string[] } => ({
  left,
  notices: [],
});

function toPrevious(app: string, standing: readonly Standing[]): readonly RollbackTarget[] {
  const targets = standing.flatMap(({ host, app: { active, previous } }) =>
    previous === undefined
      ? []
      : [{ host: host.name, to: previous, staged: true, ...(active === undefined ? {} : { from: active }) }],
  );
  if (targets.length === 0) {
    throw new OutriderError('refused', `There is nothing to go back to: no host has a previous release of ${app}.`);
  }
  return targets;
}

async function toVersion(
  { app, to }: { readonly app: string; readonly to: string },
  standing: readonly Standing[],
  specs: Map<string, string>,
  options: RollbackOptions,
): Promise<readonly RollbackTarget[]> {
  const release = await findRelease(app, to, options.releases);
  const { version, digest } = release;
  const { manifest } = await options.releases.manifest(digest);
  const spec = await options.releases.spec(digest);
  const hosts = Object.freeze(Object.fromEntries(options.fleet.hosts().map((host) => [host.name, host.address])));
  const targetOn = async ({ host, app: status }: Standing): Promise<readonly RollbackTarget[]> => {
    const { active, previous } = status;
    const from = active === undefined ? {} : { from: active };
    const isThere = active?.digest === digest && active.version === version;
    if (isThere && status.agents.every((agent) => agent.version === undefined)) return [];
    const wasThere = previous?.digest === digest && previous.version === version;
    if (wasThere && (await isWhole(host.name, app, previous, options))) {
      return [{ host: host.name, to: previous, staged: true, ...from }];
    }
    const resolved = options.resolve({ spec, manifest, version, digest, host, hosts });
    if (resolved.problems.length > 0) throw new OutriderError('invalid', resolved.problems.join(' '));
    const specDigest = remember(resolved.spec, specs);
    return [{ host: host.name, to: { version, digest, specDigest }, staged: false, ...from }];
  };
  return (await Promise.all(standing.map(targetOn))).flat();
}

/** A person has brought it where it is, and wants it left alone. */
function refuseHeld({ name, status }: FleetHost): void {
  if (status?.hold === undefined) return;
  throw new OutriderError(
    'refused',
    `${name} is ${heldWords(status.hold)}; release it with "coordinator host resume ${name}", or name other --hosts.`,
  );
}

async function actionsOf(
  standing: readonly Standing[],
  { host, from, to }: RollbackTarget,
  fetched: ReadonlyMap<string, string>,
  why: Why,
  { specs }: RollbackOptions,
): Promise<Plan['hosts'][number]['actions']> {
  const [text, before] = await Promise.all([
    fetched.get(to.specDigest) ?? specs.loadSpec(to.specDigest),
    from === undefined ? undefined : specs.loadSpec(from.specDigest),
  ]);
  const running = standing.find((other) => other.host.name === host)?.app;
  if (text === undefined) return [];
  const spec = JSON.parse(text) as HostSpec;
  const actions = diffAgents(running?.agents ?? [], asRolledBack(spec.agents, to, running));
  return why.explained(actions, before === undefined ? undefined : (JSON.parse(before) as HostSpec), spec);
}

export function mostCommon(names: readonly string[]): string {
  const count = (name: string): number => names.filter((other) => other === name).length;
  return [...names].sort((a, b) => count(b) - count(a))[0] ?? '';
}
