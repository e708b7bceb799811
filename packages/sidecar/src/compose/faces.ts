/**
 * The half of the composition root by which others see this host: gRPC, HTTP, metrics, ZeroMQ, Redis. Loaded when the
 * agents are on their way; all of it may fail without any agent noticing.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { hostHealth } from '@outrider/shared/domain/host-health.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { fleetKeys, type HostRecord } from '@outrider/shared/runtime/fleet-keys.js';
import { formatHostPort, isLoopback, parseHostPort } from '@outrider/shared/runtime/listen.js';
import type { Logger } from '@outrider/shared/runtime/logger.js';
import { publishEndpoint } from '@outrider/shared/runtime/rendezvous.js';
import { LoopLag } from '@outrider/shared/runtime/sight/loop-lag.js';
import { startEventPublisher } from '../bridge/event-publisher.js';
import { startQuestionServer } from '../bridge/question.js';
import type { SidecarConfig } from '../config.js';
import { startHostFigures } from '../http/host-figures.js';
import { startSidecarHttp } from '../http/http.js';
import { SidecarMetrics } from '../http/metrics.js';
import { metricsRoutes, sidecarRoutes } from '../http/routes.js';
import { sessionFigures } from '../http/session-figures.js';
import { ErrorHistory } from '../link/error-history.js';
import type { Contents, SelfLook } from '../link/ports.js';
import { startSidecarGrpc } from '../link/grpc.js';
import { type RedisLink, startRedisLink } from '../link/redis-link.js';
import { createContents } from '../release/contents.js';
import { grpcClient } from '../release/fetch/remotes.js';
import { HostTrust } from '../release/trust/trust.js';
import { Sampler } from '../samples/sampler.js';
import { Autoscaler } from '../supervise/autoscaler.js';
import { Housekeeping } from '../supervise/housekeeping.js';
import { bindPatiently } from './binding.js';
import { healthOf, startHistory } from './health.js';
import { createSelfLook } from './diagnose.js';
import type { Inside } from './inside.js';
import { remembered } from './remembered.js';

export interface Faces {
  /** As bound. */
  readonly addresses: Readonly<Record<'grpc' | 'http' | 'metrics' | 'question' | 'events', readonly string[]>>;
  /** For a browser, with the token in it. */
  readonly link: string;
  /** Of our own token. */
  readonly tokenFile: string;
  close(): Promise<void>;
}

type Closers = (() => unknown)[];

/** @throws OutriderError('unavailable') where an address stays taken; everything is closed again then. */
export async function startFaces(config: SidecarConfig, inside: Inside, log: Logger): Promise<Faces> {
  const closers: Closers = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    await grpcClient();
    const addresses = await open(config, inside, log, closers);
    const [page = ''] = addresses.http;
    return { addresses, link: `http://${page}/#token=${inside.tokens.own}`, tokenFile: inside.tokens.file, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A question costs at most one look at the host in this time, however many ask. */
const HEALTH_FRESH_MS = 50;

async function open(config: SidecarConfig, inside: Inside, log: Logger, closers: Closers): Promise<Faces['addresses']> {
  const { host, supervisor, metrics, tokens, version, logs, preflight, specs, checks, hooks } = inside;
  const samples = startSampling(config, inside, log, closers);
  startScaling(inside, samples, log, closers);
  const onBug = (error: unknown, where: string): void => log.error({ err: error, where }, 'an error that is a bug');

  const trust = startTrust(config, inside, closers);
  const { self, later } = lookAtSelf(config, inside, closers);
  const health = healthOf(config, inside, (sentence) => log.warn(sentence), closers);
  const grpc = await bindPatiently(() =>
    startSidecarGrpc({
      ...{ host, agents: supervisor, logs, samples, preflight, specs, checks, hooks, trust },
      ...{ contents: contentsOf(config, inside), health, self },
      ...{ listen: config.listen.grpc, tokens: tokens.accepted, onBug },
    }),
  );
  closers.push(() => grpc.close());

  const redis = startRedisLink({
    address: config.redis,
    keys: fleetKeys(config.environment),
    record: recordOf(config, grpc.addresses),
    version,
    onError: (sentence) => log.warn(sentence),
  });
  closers.push(() => redis.close());
  startHistory(config, inside, redis, closers);
  later.redis = redis;

  const zmq = await openZeroMq(config, inside, redis, closers);
  const counted = connectMetrics(config, inside, redis, closers);
  const source = { status: () => host.status() };
  const http = await bindPatiently(() =>
    startSidecarHttp({
      faces: [
        { listen: config.listen.http, route: sidecarRoutes(source, supervisor) },
        { listen: config.listen.metrics, route: metricsRoutes(source, counted) },
      ],
      tokens: tokens.accepted,
      names: [config.host, hostname()].map((name) => name.toLowerCase()),
      onBug,
    }),
  );
  closers.push(() => http.close());
  metrics.set(counted);
  startHousekeeping(inside, log, closers);
  await watchFigures(config, inside, log, closers);

  const [pages = [], figures = []] = http.addresses;
  leaveNotes(grpc.addresses, pages[0], tokens.file, log, closers);
  return { grpc: grpc.addresses, http: pages, metrics: figures, ...zmq };
}

/** What is active is known to it before any leader is heard. */
function startTrust({ dataDir, trustedKeys }: SidecarConfig, inside: Inside, closers: Closers): HostTrust {
  const trust = new HostTrust({ dataDir, trustedKeys, now: () => systemClock.now() });
  const look = (): void => trust.sawActive(inside.host.status().apps);
  look();
  closers.push(inside.host.onChange(look));
  inside.trust.current = trust;
  return trust;
}

/** `later`: what is opened after the face that asks. */
function lookAtSelf(
  config: SidecarConfig,
  inside: Inside,
  closers: Closers,
): { readonly self: SelfLook; readonly later: { redis?: RedisLink } } {
  const lag = new LoopLag(() => systemClock.monotonic());
  closers.push(() => lag.stop());
  const later: { redis?: RedisLink } = {};
  const question = asReached(config.listen.question, config.address);
  return { later, self: createSelfLook({ config, inside, redis: () => later.redis, lag, question }) };
}

/** For other hosts that stage what this one has. */
function contentsOf({ dataDir, staging }: SidecarConfig, { host, metrics }: Inside): Contents {
  const { serveStreams: mostAtOnce, serveBandwidth } = staging;
  return createContents({
    ...{ dataDir, clock: systemClock, mostAtOnce },
    ...(serveBandwidth === undefined ? {} : { bandwidth: serveBandwidth }),
    pulse: () => host.pulse(),
    sent: (bytes) => metrics.current?.sent(bytes),
  });
}

/** The fleet's history has the steps of a rollout from its coordinator, each once; here they go to ZeroMQ alone. */
const isTold = ({ type }: OutriderEvent): boolean => type.startsWith('rollout.');

async function openZeroMq(
  { listen }: SidecarConfig,
  inside: Inside,
  redis: RedisLink,
  closers: Closers,
): Promise<Pick<Faces['addresses'], 'question' | 'events'>> {
  const { host, bus, events } = inside;
  const health = remembered(
    () => hostHealth(host.status()).sentence,
    HEALTH_FRESH_MS,
    () => systemClock.monotonic(),
  );
  const question = await bindPatiently(() => startQuestionServer(listen.question, health));
  closers.push(() => question.close());
  const publisher = await bindPatiently(() => startEventPublisher(listen.events));
  closers.push(() => publisher.close());
  const errors = new ErrorHistory(redis, () => systemClock.monotonic());
  events.publishTo([
    (event) => (event.type === 'error.reported' ? errors.add(event) : isTold(event) ? undefined : redis.publish(event)),
    (event) => publisher.publish(event),
    (event) => inside.metrics.use((them) => them.happened(event)),
  ]);
  bus.openExternal();
  bus.sweep();
  return { question: question.addresses, events: publisher.addresses };
}

function connectMetrics(config: SidecarConfig, inside: Inside, redis: RedisLink, closers: Closers): SidecarMetrics {
  const { host, figures, version } = inside;
  const metrics = new SidecarMetrics({ host: config.host, version, monotonic: () => systemClock.monotonic() });
  metrics.connect({
    status: () => host.status(),
    figures: () => figures.current,
    trends: () => inside.trends.current?.trends() ?? [],
    events: () => ({ redisUp: redis.up, waiting: redis.waiting, dropped: redis.dropped }),
  });
  closers.push(
    host.onChange(() => metrics.changed()),
    () => metrics.close(),
  );
  return metrics;
}

function startHousekeeping({ host, cleaner }: Inside, log: Logger, closers: Closers): void {
  const housekeeping = new Housekeeping({
    ...{ host, cleaner, clock: systemClock },
    onCleaned: ({ releases, blobs, bytes }) => {
      if (releases + blobs > 0) log.info({ releases, blobs, bytes }, 'what no release needs any more was removed');
    },
    onProblem: (sentence) => log.warn(sentence),
  });
  housekeeping.start();
  closers.push(() => housekeeping.stop());
}

/** What gates are judged by. */
function startSampling(config: SidecarConfig, inside: Inside, log: Logger, closers: Closers): Sampler {
  const { host } = inside;
  const figures = sessionFigures(() => systemClock.monotonic());
  const sampler = new Sampler({
    ...{ periodMs: config.samples.everyMs, keepMs: config.samples.keepMs, clock: systemClock, memory: figures },
    folder: join(config.runDir, 'samples'),
    bootId: host.status().bootId,
    status: () => host.status(),
    warn: (sentence) => log.warn(sentence),
  });
  inside.samples.current = sampler;
  sampler.start();
  closers.push(
    host.onChange(() => sampler.changed()),
    () => sampler.stop(),
  );
  return sampler;
}

/** Instances come and go by what they use. */
function startScaling({ host, spec, scaler }: Inside, samples: Sampler, log: Logger, closers: Closers): void {
  scaler.current = new Autoscaler({
    ...{ clock: systemClock, host, spec, samples },
    // What is reckoned from one look to the next has to be of that very moment.
    figures: sessionFigures(() => systemClock.monotonic(), 0),
    warn: (sentence) => log.warn(sentence),
  });
  scaler.current.start();
  closers.push(() => scaler.current?.stop());
}

/** Last of all: its library is large, and nobody waits for it. */
async function watchFigures(config: SidecarConfig, { figures }: Inside, log: Logger, closers: Closers): Promise<void> {
  try {
    const started = await startHostFigures(config.dataDir);
    figures.current = started;
    closers.push(() => started.stop());
  } catch (error) {
    log.warn({ err: error }, 'no figures of this machine: systeminformation cannot be loaded');
  }
}

/** For the CLI on this machine, one for each address it may name. */
function leaveNotes(
  endpoints: readonly string[],
  page: string | undefined,
  tokenFile: string,
  log: Logger,
  closers: Closers,
): void {
  try {
    for (const endpoint of endpoints) {
      const note = { endpoint, tokenFile, ...(page === undefined ? {} : { http: page }) };
      closers.push(publishEndpoint('sidecar', note));
    }
  } catch (error) {
    log.warn(`The CLI of this machine will not find this sidecar by itself: ${messageOf(error)}`);
  }
}

function recordOf({ host, address, labels, listen }: SidecarConfig, grpc: readonly string[]): HostRecord {
  const metrics = asReached(listen.metrics, address);
  const endpoint = asReached(grpc, address) ?? formatHostPort({ host: address, port: 0 });
  return { name: host, address, labels, endpoint, ...(metrics === undefined ? {} : { metrics }) };
}

/** How others reach what listens here: by this host's own address where it listens there. */
function asReached(listen: readonly string[], address: string): string | undefined {
  const places = listen.flatMap((text) => parseHostPort(text) ?? []).filter((place) => place.port !== 0);
  const best =
    places.find((place) => place.host === address) ??
    places.find((place) => !isLoopback(place.host) && place.host !== '0.0.0.0' && place.host !== '::') ??
    places[0];
  if (best === undefined) return undefined;
  const isEverywhere = best.host === '0.0.0.0' || best.host === '::';
  return formatHostPort({ host: isEverywhere ? address : best.host, port: best.port });
}
