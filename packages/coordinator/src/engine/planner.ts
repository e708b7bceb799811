/** Gathers what a plan is made from: the release, the inventory, what the hosts say of themselves. */
import { readFileSync } from 'node:fs';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { GateSpec } from '@outrider/shared/domain/gate.js';
import type { HookSpec } from '@outrider/shared/domain/hook.js';
import type { AppSpec } from '@outrider/shared/domain/agent.js';
import type { HostSpec, Manifest, Release } from '@outrider/shared/domain/release.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { closest } from '@outrider/shared/runtime/suggest.js';
import { type Finding, withFindings } from '../rollout/findings.js';
import { withDetails } from '../rollout/plan-details.js';
import { planRollout, type Planned } from '../rollout/plan.js';
import type { PlanHost } from '../rollout/plan-host.js';
import type { ReservedPort } from '../rollout/port-claims.js';
import type { StrategyAsk } from '../rollout/strategy.js';
import { type Lookups, lookUp } from './plan-lookups.js';
import type { AskPreflight, Fleet, FleetHost, Releases } from './ports.js';
import { preflight } from './preflight.js';

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
}

export interface PlanAsk extends StrategyAsk {
  readonly app: string;
  readonly version: string;
  readonly hosts: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly orderBy: string;
  readonly skipDown: boolean;
  /** Gates are not asked. */
  readonly noMonitoring?: boolean;
  readonly bakeMs: number;
}

export interface PlannedRelease extends Planned {
  readonly release: Release;
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
  const { fleet, releases } = options;
  const app = await onlyApp(ask.app, releases);
  const release = await findRelease(app, ask.version, releases);
  const [{ manifest, bytes }, spec] = await Promise.all([
    releases.manifest(release.digest),
    releases.spec(release.digest),
  ]);
  for (let look = 1; ; look += 1) {
    const inventory = fleet.hosts().map((host) => planHost(host, app));
    const planned = planOver(inventory, { ask, app, release, manifest, spec }, options);
    const [findings, details] = await Promise.all([
      planned.world && options.preflight !== undefined
        ? preflight(planned.targets, bytes, ask.strategy === 'blue-green' ? 'blue-green' : '', options.preflight)
        : new Map<string, Finding>(),
      lookUp(app, planned.targets, ask.bakeMs, options),
    ]);
    if (look < LOOKS && !isAsBefore(inventory, fleet, app)) continue;
    const found = withFindings(planned, { findings, skipDown: ask.skipDown, digest: digestOf });
    return { release, ...withDetails(found, details) };
  }
}

interface PlanSource {
  readonly ask: PlanAsk;
  readonly app: string;
  readonly release: Release;
  readonly manifest: Manifest;
  readonly spec: AppSpec;
}

function planOver(
  inventory: readonly PlanHost[],
  { ask, app, release, manifest, spec }: PlanSource,
  options: PlannerOptions,
): Planned {
  const { version, digest } = release;
  const gates = ask.noMonitoring === true ? NO_GATES : options.resolveGates({ spec, version });
  const hosts = Object.freeze(Object.fromEntries(inventory.map((host) => [host.name, host.address])));
  const hooks = options.resolveHooks?.({ spec, version });
  return planRollout({
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
    resolve: (host) => options.resolve({ spec, manifest, version, digest, host, hosts }),
    reserved: (host) => reservedOn(host, options.reserved),
    digest: digestOf,
    suggest: closest,
  });
}

/** In all that a plan is made from. */
const isAsBefore = (inventory: readonly PlanHost[], fleet: Fleet, app: string): boolean =>
  canonicalJson(inventory.map(essence)) === canonicalJson(fleet.hosts().map((host) => essence(planHost(host, app))));

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
    throw new OutriderError('invalid', `There are several apps: ${apps.join(', ')}. Name one with --app.`);
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
        ? `Known: ${known.slice(-5).join(', ')}.`
        : `Did you mean ${near}?`;
  throw new OutriderError('not_found', `There is no release ${version} of ${app}. ${hint}`);
}

function planHost(host: FleetHost, app: string): PlanHost {
  const status = host.status?.apps.find((candidate) => candidate.app === app);
  const { name, address, labels } = host;
  // What runs on a host that was never heard is not known, so nothing can be planned for it.
  const state = host.status === undefined ? 'down' : host.state;
  return {
    ...{ name, address, labels, state },
    ...(host.status === undefined ? {} : { bootId: host.status.bootId }),
    ...(host.status?.hold === undefined ? {} : { hold: host.status.hold }),
    ...(status === undefined ? {} : { app: status }),
    ...(host.mistaken === undefined ? {} : { mistaken: host.mistaken }),
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
