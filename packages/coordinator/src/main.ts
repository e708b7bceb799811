/** The composition root of `coordinator serve`: the only file that makes adapters. Holds no behaviour of its own. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { DAMPING } from '@outrider/shared/domain/flapping.js';
import { sayReady } from '@outrider/shared/cli/ready.js';
import { resolveGates } from '@outrider/shared/release/gates.js';
import { resolveHooks } from '@outrider/shared/release/hooks.js';
import { resolveHostSpec } from '@outrider/shared/release/host-spec.js';
import { connectCoordinator } from '@outrider/shared/rpc/client.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { type FleetKeys, fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { createLogger, type Logger } from '@outrider/shared/runtime/logger.js';
import { publishEndpoint } from '@outrider/shared/runtime/rendezvous.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { ownEndpoint, ownPorts, reachableFrom } from './addresses.js';
import { startGrpc } from './api/grpc.js';
import { startHttp } from './api/http.js';
import type { Inside } from './api/inside.js';
import { Leader } from './api/leader.js';
import { CoordinatorMetrics } from './api/metrics.js';
import { Sidecars } from './api/sidecars.js';
import { publishingOf } from './compose/publishing.js';
import { composeRecords } from './compose/records.js';
import { createSelfLook } from './compose/diagnose.js';
import { composeReleases, type ReleaseParts } from './compose/releases.js';
import { composeTrust, type TrustOptions } from './compose/trust.js';
import type { ServeOptions } from './cli/serve.js';
import { type CoordinatorConfig, loadConfig } from './config.js';
import { boundaryForTests } from './engine/boundary.js';
import { RolloutEngine } from './engine/engine.js';
import { HostWatch } from './engine/host-watch.js';
import { LiveFleet } from './fleet/live-fleet.js';
import { askSpec } from './fleet/known-spec.js';
import { askPreflight } from './fleet/preflight.js';
import { runHook } from './fleet/run-hook.js';
import { gateSources } from './monitoring/gate-sources.js';
import { callHook } from './monitoring/webhook-hook.js';
import { GateTally } from './monitoring/gate-tally.js';
import { onceEach } from './once-each.js';
import { Notifier } from './notify/notifier.js';
import type { ReleaseCopies } from './release/copies.js';
import { connected, openStore } from './store/connection.js';
import { RedisCoordinators } from './store/redis-coordinators.js';
import type { RedisEventLog } from './store/redis-events.js';
import { RedisLeases } from './store/redis-lease.js';
import { RedisNotices } from './store/redis-notices.js';
import { RedisRollouts } from './store/redis-rollouts.js';
import { RedisSpecs } from './store/redis-specs.js';
import type { Scripts } from './store/scripts.js';
import { systemdNotify } from './systemd.js';
import { type Tokens, tokensOf } from './tokens.js';

const REDIS_WITHIN_MS = 2_000;
/** Longer than all that is closed may take; shorter than systemd's patience. */
const END_WITHIN_MS = 10_000;

/** Runs until SIGTERM or SIGINT; with `checkConfig`, only reads the settings, and throws where they are wrong. */
export async function serve(options: ServeOptions): Promise<void> {
  const config = loadConfig(options.config, process.env, options);
  if (options.checkConfig) return;
  const log = createLogger({ name: 'coordinator', ...config.log });
  for (const noticed of config.notes) log.warn(noticed);
  const coordinator = await startCoordinator(config, log);
  const systemd = systemdNotify(() => true);
  systemd.ready();
  const { grpc, http, websocket, link, tokenFile } = coordinator;
  log.info({ grpc, http }, 'the coordinator serves');
  sayReady({ environment: config.environment, grpc, http, websocket, token_file: tokenFile, link }, options.json);
  const signal = await new Promise<string>((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve));
  log.info({ signal }, 'the coordinator ends; rollouts under way go on with the next one');
  systemd.stopping();
  systemd.close();
  // Whatever is still asked of somebody who does not answer must not keep this process.
  setTimeout(() => process.exit(), END_WITHIN_MS).unref();
  await coordinator.close();
}

export interface RunningCoordinator {
  /** As bound. */
  readonly grpc: readonly string[];
  readonly http: readonly string[];
  readonly websocket: readonly string[];
  /** Of the dashboard, with the token in it. */
  readonly link: string;
  /** Of our own token. */
  readonly tokenFile: string;
  close(): Promise<void>;
}

export async function startCoordinator(config: CoordinatorConfig, log: Logger): Promise<RunningCoordinator> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await compose(config, log, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function compose(
  config: CoordinatorConfig,
  log: Logger,
  closers: (() => unknown)[],
): Promise<Omit<RunningCoordinator, 'close'>> {
  const tokens = tokensOf(config);
  const redis = openStore(config.redis, onceEach(log));
  closers.push(() => redis.disconnect());
  await connected(redis, REDIS_WITHIN_MS);
  // Known once they are bound; nobody asks before.
  const bound: string[] = [];
  const inside = insideOf(config, redis, tokens, log, bound);
  const { fleet, engine } = inside;
  closers.push(() => fleet.close());
  closers.push(() => inside.leader.close());
  closers.push(() => inside.watch.close());
  await fleet.start();

  const bug = (error: unknown, where: string): void => log.error({ err: error, where }, 'an error that is a bug');
  const grpc = await startGrpc(inside, config.listen.grpc, tokens.accepted, bug);
  closers.push(() => grpc.close());
  bound.push(...grpc.addresses);
  const metrics = new CoordinatorMetrics(inside);
  closers.push(() => metrics.close());
  const http = await startHttp({
    inside,
    metrics,
    tokens: tokens.accepted,
    rest: config.listen.http,
    live: config.listen.websocket,
    names: [config.host, hostname()].map((name) => name.toLowerCase()),
    onBug: bug,
  });
  closers.push(() => http.close());
  const [endpoint = ''] = grpc.addresses;
  const [page] = http.rest;
  const whereWeAre = { endpoint, tokenFile: tokens.file, ...(page === undefined ? {} : { http: page }) };
  closers.push(publishEndpoint('coordinator', whereWeAre));
  tokens.open();
  shareReleases(config, inside, redis, log, closers);
  closers.push(() => engine.close());
  await engine.open();
  const notifier = new Notifier({
    log: new RedisNotices(redis, fleetKeys(config.environment)),
    targets: config.notify,
    clock: systemClock,
    leads: () => engine.leadership().isLeader,
    warn: (sentence) => log.warn(sentence),
  });
  closers.push(() => notifier.close());
  return { grpc: grpc.addresses, http: http.rest, websocket: http.live, ...pageOf(page, tokens) };
}

/** For a browser, with our own token. */
const pageOf = (page: string | undefined, { accepted, file }: Tokens): { link: string; tokenFile: string } => ({
  link: `http://${page ?? ''}/#token=${accepted()[0] ?? ''}`,
  tokenFile: file,
});

/** What is here is told to the others, and what the others have is fetched. */
function shareReleases(
  { readOnly }: CoordinatorConfig,
  { catalog, copies, rounds, coordinators, own }: Parts,
  redis: RedisClient,
  log: Logger,
  closers: (() => unknown)[],
): void {
  closers.push(() => copies.close());
  if (readOnly) return;
  const restore = (): void => {
    catalog.restoreRedis().catch((error: unknown) => log.warn(`releases not restored to Redis: ${messageOf(error)}`));
  };
  redis.on('ready', restore);
  if (redis.status === 'ready') restore();
  closers.push(() => coordinators.close());
  const endpoint = own();
  if (endpoint !== undefined) void coordinators.announce(endpoint);
  copies.start();
  closers.push(() => rounds.close());
  rounds.start();
}

interface Parts extends Inside, Omit<ReleaseParts, 'blobs' | 'keeping'> {
  readonly fleet: LiveFleet;
  readonly engine: RolloutEngine;
  readonly coordinators: RedisCoordinators;
  readonly watch: HostWatch;
  /** `HOST:PORT` of our gRPC as others reach it; undefined until it is bound. */
  readonly own: () => string | undefined;
}

function insideOf(
  config: CoordinatorConfig,
  redis: RedisClient & Scripts,
  tokens: Tokens,
  log: Logger,
  bound: readonly string[],
): Parts {
  const { environment, readOnly } = config;
  const clock = systemClock;
  const own = (): string | undefined => ownEndpoint(config.address, bound);
  const keys = fleetKeys(environment);
  const { events, errors, health } = composeRecords(redis, keys);
  const connect = (endpoint: string) => connectCoordinator({ endpoint, token: tokens.fleet, forwards: true });
  const coordinators = new RedisCoordinators(redis, keys, clock);
  const notice = (sentence: string): void => log.warn(sentence);
  const later = (): ReturnType<TrustOptions['later']> => ({ blobs: contents.blobs, copies, fleet });
  const { signatures, proofOf, verifying } = composeTrust({ config, redis, clock, bound, later });
  const { catalog, copies, rounds, ...contents } = composeReleases({
    ...{ config, redis, clock, signatures, connect, notice, fleet: () => fleet },
    history: (app) => engine.list(app, 100),
    leads: () => engine.leadership().isLeader,
    // Whoever leads was given what is new.
    others: () => coordinators.others(own(), engine.leadership().endpoint),
    tell: (event) => events.append([event]),
  });
  const fleet: LiveFleet = new LiveFleet({
    ...{ environment, clock, configured: config.hosts, registry: { redis, keys } },
    ...{ token: tokens.fleet, times: { damping: { ...DAMPING, halfLifeMs: config.policy.flapHalfLifeMs } } },
    sources: (host) => reachableFrom(host.address, bound),
    loadManifest: (digest) => contents.blobs.readWhole(digest),
    ...{ proofOf, notice },
  });
  const tally = new GateTally();
  const parts = { redis, keys, fleet, releases: copies, events, tally, log, own };
  const engine: RolloutEngine = engineOf(config, parts);
  const watch = watchOf(environment, fleet, engine, events, log);
  return {
    ...{ environment, clock, fleet, events, errors, health, catalog, copies, rounds, coordinators, engine, own, watch },
    ...contents,
    ...{ drifts: () => watch.drifts(), rollouts: engine, releases: copies, verifying },
    publishing: publishingOf({ catalog, copies, rounds }),
    sidecars: new Sidecars(() => tokens.fleet),
    self: createSelfLook({ config, redis, fleet, token: tokens.file, leader: () => engine.leadership().leader }),
    leader: new Leader({ leadership: () => engine.leadership(), clock, own, connect, readOnly }),
    fleetTokenFile: resolve(config.tokenFile ?? tokens.file),
    gateCounts: () => tally.all(),
  };
}

const watchOf = (
  environment: string,
  fleet: LiveFleet,
  engine: RolloutEngine,
  events: RedisEventLog,
  log: Logger,
): HostWatch =>
  new HostWatch({
    ...{ environment, fleet, clock: systemClock },
    leads: () => engine.leadership().isLeader,
    history: (app, limit) => engine.list(app, limit),
    tell: (event) => events.append([event]),
    onBug: (error) => log.error({ err: error }, 'an error that is a bug'),
  });

function engineOf(
  { environment, host, listen, settings, readOnly, policy, prometheus }: CoordinatorConfig,
  parts: {
    readonly redis: RedisClient & Scripts;
    readonly keys: FleetKeys;
    readonly fleet: LiveFleet;
    readonly releases: ReleaseCopies;
    readonly events: RedisEventLog;
    readonly tally: GateTally;
    readonly log: Logger;
    readonly own: () => string | undefined;
  },
): RolloutEngine {
  const { redis, keys, fleet, releases, events, tally, log, own } = parts;
  return new RolloutEngine({
    environment,
    onLeaseEnd: policy.trial,
    holder: `${host}-${process.pid}-${randomUUID().slice(0, 8)}`,
    leases: new RedisLeases(redis, keys),
    store: new RedisRollouts(redis, keys),
    specs: new RedisSpecs(redis, keys),
    ...{ fleet, releases, readOnly, endpoint: own },
    clock: systemClock,
    boundary: boundaryForTests(process.env),
    reserved: ownPorts(listen),
    resolve: (input) => resolveHostSpec({ ...input, environment, settings }),
    resolveGates: (input) => resolveGates({ ...input, environment, settings, prometheus: prometheus !== undefined }),
    resolveHooks: (input) => resolveHooks({ ...input, environment, settings }),
    gates: gateSources(fleet, prometheus),
    hooks: { command: runHook(fleet), webhook: callHook },
    gateSampled: (gate, { outcome }) => tally.add(gate, outcome),
    preflight: askPreflight(fleet),
    askSpec: askSpec((name) => fleet.remote(name)),
    recentEvents: (count) => events.last(count),
    tell: (event) => events.append([event]),
    onBug: (error) => log.error({ err: error }, 'an error that is a bug'),
  });
}
