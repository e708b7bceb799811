/** Gathers what a plan is made from: the release, the inventory, what the hosts say of themselves. */
import { readFileSync } from 'node:fs';
import type { AppSpec } from '@outrider/shared/domain/agent.js';
import type { HostSpec, Manifest, Release } from '@outrider/shared/domain/release.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { closest } from '@outrider/shared/runtime/suggest.js';
import { planRollout, type Planned } from '../rollout/plan.js';
import type { PlanHost } from '../rollout/plan-host.js';
import type { ReservedPort } from '../rollout/port-claims.js';
import type { StrategyAsk } from '../rollout/strategy.js';
import type { Fleet, FleetHost, Releases } from './ports.js';

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

export interface PlannerOptions {
  readonly fleet: Fleet;
  readonly releases: Releases;
  readonly resolve: ResolveHostSpec;
  /** Where the coordinator itself listens, and with what. */
  readonly reserved: readonly ReservedPort[];
}

export interface PlanAsk extends StrategyAsk {
  readonly app: string;
  readonly version: string;
  readonly hosts: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly orderBy: string;
  readonly skipDown: boolean;
}

export interface PlannedRelease extends Planned {
  readonly release: Release;
}

const SIDECAR_PORTS: readonly (readonly [port: number, owner: string])[] = [
  [7070, "the sidecar's gRPC"],
  [8080, "the sidecar's health page"],
  [8000, "the sidecar's metrics"],
  [5555, "the sidecar's health question"],
  [5556, "the sidecar's events"],
];

export async function planRelease(ask: PlanAsk, options: PlannerOptions): Promise<PlannedRelease> {
  const { fleet, releases } = options;
  const app = await onlyApp(ask.app, releases);
  const release = await findRelease(app, ask.version, releases);
  const [{ manifest }, spec] = await Promise.all([releases.manifest(release.digest), releases.spec(release.digest)]);
  const inventory = fleet.hosts().map((host) => planHost(host, app));
  const hosts = Object.freeze(Object.fromEntries(inventory.map((host) => [host.name, host.address])));
  const { version, digest } = release;
  const planned = planRollout({
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
  return { release, ...planned };
}

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
