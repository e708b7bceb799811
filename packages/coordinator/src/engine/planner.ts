/** Gathers what a plan is made from: the release, the inventory, what the hosts say of themselves. */
import { appOption } from '@outrider/shared/domain/app-option.js';
import { readFileSync } from 'node:fs';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { GateSpec } from '@outrider/shared/domain/gate.js';
import type { HookSpec } from '@outrider/shared/domain/hook.js';
import type { AppSpec } from '@outrider/shared/domain/agent.js';
import type { HostSpec, Manifest, Release } from '@outrider/shared/domain/release.js';
import { appsIn } from '@outrider/shared/domain/rollout-place.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { closest } from '@outrider/shared/runtime/suggest.js';
import { type Finding, withFindings } from '../rollout/findings.js';
import { withDetails } from '../rollout/plan-details.js';
import { planRollout, type Planned, type PlanInput } from '../rollout/plan.js';
import type { PlanHost } from '../rollout/plan-host.js';
import type { ReservedPort } from '../rollout/port-claims.js';
import type { StrategyAsk } from '../rollout/strategy.js';
import { type Lookups, lookUp, withReasons } from './plan-lookups.js';
import { isOutOfReach } from './out-of-reach.js';
import type { AskPreflight, AskSpec, Fleet, FleetHost, Releases } from './ports.js';
import { type Resolve, type RunningSpecs, planSome, specsOf } from './plan-some.js';
import { type ManifestAsked, preflight } from './preflight.js';
import { refuseAgentsOfSeveral } from './some-agents.js';

export interface ResolveInput {
  readonly spec: AppSpec;
  readonly manifest: Manifest;
  readonly version: string;
  readonly digest: string;
  readonly host: { readonly name: string; readonly address: string; readonly labels: Readonly<Record<string, string>> };
  /** Name to address of every host of the inventory. */
  readonly hosts: Readonly<Record<string, string>>;
}
/** What one host is to run, the environment's settings filled in; problems are sentences. */
export type ResolveHostSpec = (input: ResolveInput) => {
  readonly spec: HostSpec;
  readonly problems: readonly string[];
};

/** The gates of a release, the environment's settings filled in; problems are sentences. */
export type ResolveGates = (input: { readonly spec: AppSpec; readonly version: string }) => {
  readonly gates: readonly GateSpec[];
  readonly problems: readonly string[];
};

/** The hooks of a release, the environment's settings filled in; problems are sentences. */
export type ResolveHooks = (input: { readonly spec: AppSpec; readonly version: string }) => {
  readonly hooks: readonly HookSpec[];
  readonly problems: readonly string[];
};

export interface PlannerOptions extends Lookups {
  readonly fleet: Fleet;
  readonly releases: Releases;
  readonly resolve: ResolveHostSpec;
  readonly resolveGates: ResolveGates;
  /** Absent: releases have none. */
  readonly resolveHooks?: ResolveHooks;
  /** Where the coordinator itself listens, and with what. */
  readonly reserved: readonly ReservedPort[];
  /** Absent: no host is asked beforehand. */
  readonly preflight?: AskPreflight;
  /** Absent: what Redis has lost is not known. */
  readonly askSpec?: AskSpec;
}

export interface PlanAsk extends StrategyAsk {
  /** One, several as `a,b`, or empty: the only one there is. */
  readonly app: string;
  readonly version: string;
  readonly hosts: readonly string[];
  /** Only these come to the release; absent or empty: all do. */
  readonly agents?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly orderBy: string;
  readonly skipDown: boolean;
  /** What is under way of the app ends first; absent: it does not. */
  readonly supersede?: boolean;
  /** Gates are not asked. */
  readonly noMonitoring?: boolean;
  readonly bakeMs: number;
}

export interface PlannedRelease extends Planned {
  /** One, or one for each app, by the names of the apps. */
  readonly releases: readonly [Release, ...Release[]];
}

const NO_GATES = { gates: [], problems: [] };
const SIDECAR_PORTS: readonly (readonly [port: number, owner: string])[] = [
  [7070, "the sidecar's gRPC"],
  [8080, "the sidecar's health page"],
  [8000, "the sidecar's metrics"],
  [5555, "the sidecar's health question"],
  [5556, "the sidecar's events"],
];

/** A world that goes on moving while hosts are asked is looked at so often. */
const LOOKS = 3;

/** Hosts are asked what they say to it; the plan is of the world as it is when they have answered. */
export async function planRelease(ask: PlanAsk, options: PlannerOptions): Promise<PlannedRelease> {
  const { fleet } = options;
  const sources = await sourcesOf(ask, options.releases);
  const apps = sources.map(({ app }) => app);
  const beside = ask.strategy === 'blue-green' ? 'blue-green' : '';
  for (let look = 1; ; look += 1) {
    const seen = sources.map(({ app }) => fleet.hosts().map((host) => planHost(host, app)));
    const known = await Promise.all(sources.map(({ app }, index) => runningIn(seen[index] ?? [], app, ask, options)));
    const [first, ...others] = sources.map((source, index) =>
      inputOf(seen[index] ?? [], source, ask, options, known[index]),
    );
    const planned = planRollout([first as PlanInput, ...others]);
    const [findings, details] = await Promise.all([
      planned.world && options.preflight !== undefined
        ? preflight(planned.targets, ({ spec: { app } }) => manifestIn(sources, app), beside, options.preflight)
        : new Map<string, Finding>(),
      lookUp(apps, planned.targets, ask.bakeMs, options),
    ]);
    if (look < LOOKS && !isAsBefore(seen, fleet, apps)) continue;
    const found = withFindings(planned, { findings, skipDown: ask.skipDown, digest: digestOf });
    const [release, ...more] = sources.map((source) => source.release);
    const detailed = await withReasons(withDetails(found, details), details, options.releases);
    return { releases: [release as Release, ...more], ...detailed };
  }
}

/** Undefined: all agents come to the release, so what the others run need not be known. */
const runningIn = async (
  inventory: readonly PlanHost[],
  app: string,
  { agents = [] }: PlanAsk,
  options: PlannerOptions,
): Promise<RunningSpecs | undefined> => (agents.length === 0 ? undefined : specsOf(inventory, app, options));

interface PlanSource {
  readonly app: string;
  readonly release: Release;
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  readonly spec: AppSpec;
}

function manifestIn(sources: readonly PlanSource[], app: string): ManifestAsked {
  const { bytes, manifest } = sources.find((source) => source.app === app) ?? {};
  return { bytes: bytes ?? new Uint8Array(), entries: manifest?.entries.length ?? 0 };
}

/** The same version of each app. @throws OutriderError */
async function sourcesOf({ app: asked, version, agents }: PlanAsk, releases: Releases): Promise<readonly PlanSource[]> {
  const apps = asked === '' ? [await onlyApp(asked, releases)] : appsIn(asked);
  refuseAgentsOfSeveral(apps, agents);
  const sources = await Promise.all(
    apps.map(async (app): Promise<PlanSource> => {
      const release = await findRelease(app, version, releases);
      const [{ manifest, bytes }, spec] = await Promise.all([
        releases.manifest(release.digest),
        releases.spec(release.digest),
      ]);
      return { app, release, manifest, bytes, spec };
    }),
  );
  if (new Set(sources.map(({ release }) => release.version)).size > 1) {
    const found = sources.map(({ app, release }) => `${release.version} of ${app}`).join(' and ');
    throw new OutriderError(
      'invalid',
      `${version} stands for ${found}, and apps that roll out together go to one version. Name a version that each of them has.`,
    );
  }
  return sources;
}

function inputOf(
  inventory: readonly PlanHost[],
  { app, release, manifest, spec }: PlanSource,
  ask: PlanAsk,
  options: PlannerOptions,
  running: RunningSpecs | undefined,
): PlanInput {
  const { version, digest } = release;
  const gates = ask.noMonitoring === true ? NO_GATES : options.resolveGates({ spec, version });
  const hosts = Object.freeze(Object.fromEntries(inventory.map((host) => [host.name, host.address])));
  const hooks = options.resolveHooks?.({ spec, version });
  const resolve: Resolve = (host) => options.resolve({ spec, manifest, version, digest, host, hosts });
  const some = running === undefined ? { resolve } : planSome(inventory, { ask, app, version, spec }, resolve, running);
  return {
    gates,
    ...(hooks === undefined ? {} : { hooks }),
    app,
    version,
    spec,
    inventory,
    onlyHosts: ask.hosts,
    onlyLabels: ask.labels,
    orderBy: ask.orderBy,
    ask,
    skipDown: ask.skipDown,
    supersede: ask.supersede === true,
    ...some,
    reserved: (host) => reservedOn(host, options.reserved),
    digest: digestOf,
    suggest: closest,
  };
}

/** In all that a plan is made from. `seen`: by app. */
const isAsBefore = (seen: readonly (readonly PlanHost[])[], fleet: Fleet, apps: readonly string[]): boolean =>
  canonicalJson(seen.map((hosts) => hosts.map(essence))) ===
  canonicalJson(apps.map((app) => fleet.hosts().map((host) => essence(planHost(host, app)))));

const essence = ({ app, ...host }: PlanHost): object => ({
  ...host,
  app: app === undefined ? null : { active: app.active, phase: app.phase, agents: app.agents },
});

export async function onlyApp(asked: string, releases: Releases): Promise<string> {
  if (asked !== '') return asked;
  const apps = [...new Set((await releases.list()).map((release) => release.app))];
  const [only] = apps;
  if (only === undefined) {
    throw new OutriderError(
      'not_found',
      'No release was pushed yet. Push one: coordinator release push DIR --version V.',
    );
  }
  if (apps.length > 1)
    throw new OutriderError(
      'invalid',
      `There are several apps: ${apps.join(', ')}. Name one with --app, or several that go together: --app ${apps.slice(0, 2).join(',')}.`,
    );
  return only;
}

export async function findRelease(app: string, version: string, releases: Releases): Promise<Release> {
  const found = await releases.find(app, version);
  if (found !== undefined) return found;
  const known = (await releases.list(app)).map((release) => release.version);
  const near = closest(version, known);
  const hint =
    known.length === 0
      ? `No release of ${app} was pushed yet.`
      : near === undefined
        ? knownWords(known, appOption(app, await releases.list()))
        : `Did you mean ${near}?`;
  throw new OutriderError('not_found', `There is no release ${version} of ${app}. ${hint}`);
}

const MOST_SHOWN = 5;

function knownWords(versions: readonly string[], of: string): string {
  const shown = versions.slice(-MOST_SHOWN).join(', ');
  return versions.length <= MOST_SHOWN
    ? `Known: ${shown}.`
    : `Known: ${shown} and ${versions.length - MOST_SHOWN} more, as "coordinator release ls${of}" shows.`;
}

function planHost(host: FleetHost, app: string): PlanHost {
  const status = host.status?.apps.find((candidate) => candidate.app === app);
  const { name, address, labels } = host;
  // What runs on a host that was never heard is not known, so nothing can be planned for it.
  const state = host.status === undefined || isOutOfReach(host) ? 'down' : host.state;
  return {
    ...{ name, address, labels, state },
    ...(host.status === undefined ? {} : { bootId: host.status.bootId }),
    ...(host.status?.hold === undefined ? {} : { hold: host.status.hold }),
    ...(host.status?.mixesReleases === true ? { mixesReleases: true as const } : {}),
    ...(status === undefined ? {} : { app: status }),
    ...(host.mistaken === undefined ? {} : { mistaken: host.mistaken }),
    ...(host.cutOff === undefined ? {} : { cutOff: host.cutOff }),
  };
}

function reservedOn(host: PlanHost, coordinator: readonly ReservedPort[]): readonly ReservedPort[] {
  const sidecar = [host.address, '127.0.0.1'].flatMap((address) =>
    SIDECAR_PORTS.map(([port, owner]) => ({ address, port, owner })),
  );
  const here = host.bootId === undefined || host.bootId === ownBootId();
  return here ? [...sidecar, ...coordinator] : sidecar;
}

/** Of the machine that the coordinator runs on: its ports are taken there alone. */
function ownBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
