/** What a coordinator sees of itself, for `coordinator doctor`: looks, each bounded in time, and no verdict. */
import { isIP } from 'node:net';
import type {
  CertificateSight,
  Diagnosis,
  EndpointSight,
  PathSight,
  RedisSight,
} from '@outrider/shared/domain/diagnosis.js';
import { versionOf } from '@outrider/shared/cli/program.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { placeOfRedis } from '@outrider/shared/runtime/redis-address.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { seeRedisCertificates } from '@outrider/shared/runtime/sight/certificates.js';
import { seeServerCertificate } from '@outrider/shared/runtime/sight/server-certificate.js';
import { seeDisk } from '@outrider/shared/runtime/sight/disk.js';
import { seeEndpoint } from '@outrider/shared/runtime/sight/endpoint.js';
import { seeListeners } from '@outrider/shared/runtime/sight/listeners.js';
import { LoopLag } from '@outrider/shared/runtime/sight/loop-lag.js';
import { seePath } from '@outrider/shared/runtime/sight/paths.js';
import type { CoordinatorConfig } from '../config.js';
import type { Fleet } from '../engine/ports.js';
import { seePrometheus, seeTargets } from '../monitoring/prometheus-sight.js';
import { targetOf } from '../engine/metrics-target.js';

const LOOK_MS = 2_000;
const HTTPS_PORT = 443;

export interface SelfLookParts {
  readonly config: CoordinatorConfig;
  readonly redis: RedisClient;
  readonly fleet: Pick<Fleet, 'hosts'>;
  /** The file of our own token. */
  readonly token: string;
  readonly leader: () => string;
}

export function createSelfLook({ config, redis, fleet, token, leader }: SelfLookParts): () => Promise<Diagnosis> {
  const version = versionOf(new URL('../../package.json', import.meta.url));
  const lag = new LoopLag(() => systemClock.monotonic());
  return async () => {
    const [seen, disk, monitoring, certificates] = await Promise.all([
      seeRedis(config, redis),
      seeDisk(config.dataDir, 0).catch(() => undefined),
      seeMonitoring(config, fleet),
      seeCertificates(config),
    ]);
    return {
      ...{ name: config.host, version, nowMs: systemClock.now(), loopLagMs: lag.longest(), roundTripMs: 0 },
      ...{ redis: seen, paths: seePaths(config, token), listeners: listenersOf(config), monitoring },
      ...(disk === undefined ? {} : { disk }),
      ...{ certificates, leader: leader() },
    };
  };
}

async function seeRedis({ redis: address }: CoordinatorConfig, redis: RedisClient): Promise<RedisSight> {
  const place = placeOfRedis(address);
  const began = performance.now();
  try {
    await redis.ping();
    return { up: true, place, pingMs: Math.round(performance.now() - began), reason: '' };
  } catch (error) {
    const isAway = redis.status !== 'ready';
    return { up: false, place, pingMs: 0, reason: isAway ? 'there is no connection to it' : messageOf(error) };
  }
}

const seePaths = ({ dataDir, runDir, tokenFile }: CoordinatorConfig, token: string): PathSight[] => [
  seePath('data_dir', dataDir),
  seePath('run_dir', runDir),
  seePath('token', token),
  ...(tokenFile === undefined ? [] : [seePath('token_file', tokenFile)]),
];

const listenersOf = ({ listen }: CoordinatorConfig): Diagnosis['listeners'] =>
  seeListeners(Object.entries(listen).flatMap(([what, all]) => all.map((address) => ({ what, address }))));

async function seeMonitoring(
  { listen, prometheus }: CoordinatorConfig,
  fleet: Pick<Fleet, 'hosts'>,
): Promise<EndpointSight[]> {
  const [page = ''] = listen.http;
  const looks = [seeEndpoint('metrics', `http://${page}/metrics`, LOOK_MS)];
  if (prometheus !== undefined) {
    // That a host is down is not Prometheus's fault, and said elsewhere.
    const hosts = fleet.hosts().filter(({ state }) => state !== 'down');
    const targets = [...listen.http, ...hosts.map(targetOf)];
    looks.push(seePrometheus(prometheus, LOOK_MS), seeTargets(prometheus, targets, LOOK_MS));
  }
  return Promise.all(looks);
}

/** Of all that we speak TLS with and that is asked again and again. */
async function seeCertificates({ redis, prometheus }: CoordinatorConfig): Promise<CertificateSight[]> {
  const [ofRedis, ofPrometheus] = await Promise.all([
    seeRedisCertificates(redis, LOOK_MS),
    prometheus === undefined ? undefined : seePrometheusCertificate(new URL(prometheus.url)),
  ]);
  return [...ofRedis, ...(ofPrometheus === undefined ? [] : [ofPrometheus])];
}

function seePrometheusCertificate({
  protocol,
  hostname,
  port,
}: URL): Promise<CertificateSight | undefined> | undefined {
  if (protocol !== 'https:') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '');
  const place = { host, port: port === '' ? HTTPS_PORT : Number(port) };
  return seeServerCertificate('the certificate of Prometheus', place, LOOK_MS, nameFor(host));
}

/** Servers of several names show the one that is asked for; addresses are no names. */
const nameFor = (host: string): { readonly servername?: string } => (isIP(host) === 0 ? { servername: host } : {});
