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
import { askPrometheus, type PrometheusAddress } from '../monitoring/prometheus.js';

const LOOK_MS = 2_000;
const HTTPS_PORT = 443;
/** Of what Prometheus scrapes, how much does not answer. */
const DOWN_TARGETS = 'count(up == 0) or vector(0)';

export interface SelfLookParts {
  readonly config: CoordinatorConfig;
  readonly redis: RedisClient;
  /** The file of our own token. */
  readonly token: string;
  readonly leader: () => string;
}

export function createSelfLook({ config, redis, token, leader }: SelfLookParts): () => Promise<Diagnosis> {
  const version = versionOf(new URL('../../package.json', import.meta.url));
  const lag = new LoopLag(() => systemClock.monotonic());
  return async () => {
    const [seen, disk, monitoring, certificates] = await Promise.all([
      seeRedis(config, redis),
      seeDisk(config.dataDir, 0).catch(() => undefined),
      seeMonitoring(config),
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

async function seeMonitoring({ listen, prometheus }: CoordinatorConfig): Promise<EndpointSight[]> {
  const [page = ''] = listen.http;
  const looks = [seeEndpoint('metrics', `http://${page}/metrics`, LOOK_MS)];
  if (prometheus !== undefined) looks.push(seePrometheus(prometheus), seeTargets(prometheus));
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

const seePrometheus = ({ url }: PrometheusAddress): Promise<EndpointSight> =>
  seeEndpoint('prometheus', `${url.replace(/\/+$/, '')}/-/healthy`, LOOK_MS);

async function seeTargets(prometheus: PrometheusAddress): Promise<EndpointSight> {
  const place = { what: 'prometheus targets', url: prometheus.url };
  try {
    const [down = 0] = await askPrometheus(prometheus, DOWN_TARGETS, AbortSignal.timeout(LOOK_MS));
    const detail = down === 0 ? 'answer its scrapes' : `${down} of its targets can't be scraped`;
    return { ...place, ok: down === 0, detail };
  } catch (error) {
    return { ...place, ok: false, detail: messageOf(error) };
  }
}
