/** What a coordinator sees of itself, for `coordinator doctor`: looks, each bounded in time, and no verdict. */
import type { Diagnosis, EndpointSight, PathSight, RedisSight } from '@outrider/shared/domain/diagnosis.js';
import { versionOf } from '@outrider/shared/cli/program.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { placeOfRedis } from '@outrider/shared/runtime/redis-address.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { seeRedisCertificates } from '@outrider/shared/runtime/sight/certificates.js';
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
    const [seen, disk, monitoring] = await Promise.all([
      seeRedis(config, redis),
      seeDisk(config.dataDir, 0).catch(() => undefined),
      seeMonitoring(config, fleet),
    ]);
    return {
      ...{ name: config.host, version, nowMs: systemClock.now(), loopLagMs: lag.longest(), roundTripMs: 0 },
      ...{ redis: seen, paths: seePaths(config, token), listeners: listenersOf(config), monitoring },
      ...(disk === undefined ? {} : { disk }),
      ...{ certificates: seeRedisCertificates(config.redis), leader: leader() },
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
