/** Finds what a rollback would go to, host by host. Refuses what failed before and what is nowhere. */
import { diffAgents } from '@outrider/shared/domain/agent-diff.js';
import { type AppStatus, heldWords } from '@outrider/shared/domain/host.js';
import { type HostSpec, type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import type { Plan, Rollout } from '@outrider/shared/domain/rollout.js';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import { digestOf, sha256 } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { asRolledBack } from '../rollout/carried.js';
import { findRelease, type PlannerOptions } from './planner.js';
import type { FleetHost, RolloutStore, SpecStore } from './ports.js';

export interface RollbackTarget {
  readonly host: string;
  readonly from?: ReleaseRef;
  readonly to: ReleaseRef;
  /** The release is on the host already. */
  readonly staged: boolean;
}

export interface PlannedRollback {
  readonly plan: Plan;
  /** In the order in which they are switched: the last of the rollout first. */
  readonly targets: readonly RollbackTarget[];
  /** Host specs by their digest, of what must be fetched. */
  readonly specs: ReadonlyMap<string, string>;
}

export interface RollbackOptions extends PlannerOptions {
  readonly store: RolloutStore;
  readonly specs: SpecStore;
}

interface Standing {
  readonly host: FleetHost;
  readonly app: AppStatus;
}

export async function planRollback(
  app: string,
  to: string,
  onlyHosts: readonly string[],
  options: RollbackOptions,
): Promise<PlannedRollback> {
  const history = (await options.store.list(app, 100)).map(({ rollout }) => rollout);
  const standing = await standingOn(app, onlyHosts, history, options);
  for (const { host } of standing) refuseHeld(host);
  const specs = new Map<string, string>();
  const targets = to === '' ? toPrevious(app, standing) : await toVersion(app, to, standing, specs, options);
  for (const target of targets) refuseFailed(target, history);
  if (to === '') for (const target of targets) refuseLeft(target, history);
  const hosts = await Promise.all(
    targets.map(async ({ host, from, to: release }, index) => ({
      host,
      wave: index + 1,
      ...(from === undefined ? {} : { from: from.version }),
      actions: await actionsOf(standing, host, release, specs, options),
    })),
  );
  const version = to === '' ? mostCommon(targets.map((target) => target.to.version)) : (targets[0]?.to.version ?? to);
  const content = { app, version, hosts, problems: [] };
  return { plan: { plan: digestOf(content).slice(0, 12), ...content }, targets, specs };
}

/** Hosts that are known to have something of the app; one that is down is tried too: it may come back in time. */
async function standingOn(
  app: string,
  onlyHosts: readonly string[],
  history: readonly Rollout[],
  { fleet }: RollbackOptions,
): Promise<readonly Standing[]> {
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
  app: string,
  asked: string,
  standing: readonly Standing[],
  specs: Map<string, string>,
  options: RollbackOptions,
): Promise<readonly RollbackTarget[]> {
  const release = await findRelease(app, asked, options.releases);
  const { version, digest } = release;
  const { manifest } = await options.releases.manifest(digest);
  const spec = await options.releases.spec(digest);
  const hosts = Object.freeze(Object.fromEntries(options.fleet.hosts().map((host) => [host.name, host.address])));
  return standing.flatMap(({ host, app: status }): readonly RollbackTarget[] => {
    const { active, previous } = status;
    const from = active === undefined ? {} : { from: active };
    if (active?.digest === digest && active.version === version) return [];
    if (previous?.digest === digest && previous.version === version) {
      return [{ host: host.name, to: previous, staged: true, ...from }];
    }
    const resolved = options.resolve({ spec, manifest, version, digest, host, hosts });
    if (resolved.problems.length > 0) throw new OutriderError('invalid', resolved.problems.join(' '));
    const specDigest = remember(resolved.spec, specs);
    return [{ host: host.name, to: { version, digest, specDigest }, staged: false, ...from }];
  });
}

/** A person has brought it where it is, and wants it left alone. */
function refuseHeld({ name, status }: FleetHost): void {
  if (status?.hold === undefined) return;
  throw new OutriderError(
    'refused',
    `${name} is ${heldWords(status.hold)}; release it with "coordinator host resume ${name}", or name other --hosts.`,
  );
}

/** A release that failed is never gone back to: what decides is the last rollout that went to it. */
function refuseFailed({ host, to }: RollbackTarget, history: readonly Rollout[]): void {
  const last = history.find((rollout) =>
    rollout.hosts.some((other) => other.host === host && sameRelease(other.to, to)),
  );
  if (last === undefined || last.kind === 'rollback') return;
  if (last.phase !== 'rolled_back' && last.phase !== 'stuck') return;
  throw new OutriderError(
    'refused',
    `${to.version} failed in rollout ${last.id} (${last.reason ?? last.phase}), so ${host} does not go back to it. Name another with --to.`,
  );
}

/** What a rollback has left was left for a reason: a second rollback would only undo the first. */
function refuseLeft({ host, from, to }: RollbackTarget, history: readonly Rollout[]): void {
  for (const { kind, id, hosts } of history) {
    const done = hosts.find((other) => other.host === host && other.state === 'committed');
    if (done === undefined) continue;
    if (sameRelease(done.to, to)) return;
    if (kind !== 'rollback' || !sameRelease(done.from, to)) continue;
    const here = from === undefined ? '' : ` It runs ${from.version} now.`;
    throw new OutriderError(
      'refused',
      `${host} was brought away from ${to.version} by rollback ${id}, so it does not go back to it by itself.${here} Say where to go with --to.`,
    );
  }
}

async function actionsOf(
  standing: readonly Standing[],
  host: string,
  release: ReleaseRef,
  fetched: ReadonlyMap<string, string>,
  { specs }: RollbackOptions,
): Promise<Plan['hosts'][number]['actions']> {
  const text = fetched.get(release.specDigest) ?? (await specs.loadSpec(release.specDigest));
  const running = standing.find((other) => other.host.name === host)?.app;
  if (text === undefined) return [];
  return diffAgents(running?.agents ?? [], asRolledBack((JSON.parse(text) as HostSpec).agents, release, running));
}

/** Keeps the spec for the host to fetch and returns its digest. */
export function remember(spec: HostSpec, specs: Map<string, string>): string {
  const text = canonicalJson(spec);
  const digest = sha256(text);
  specs.set(digest, text);
  return digest;
}

export function mostCommon(names: readonly string[]): string {
  const count = (name: string): number => names.filter((other) => other === name).length;
  return [...names].sort((a, b) => count(b) - count(a))[0] ?? '';
}
