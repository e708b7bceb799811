/** What this host sees of itself, for `coordinator doctor`: looks, each bounded in time, and no verdict. */
import { randomUUID } from 'node:crypto';
import type { BusSight, DiskSight, ListenerSight, PathSight, RedisSight } from '@outrider/shared/domain/diagnosis.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { hostHealth } from '@outrider/shared/domain/host-health.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { placeOfRedis } from '@outrider/shared/runtime/redis-address.js';
import { seeRedisCertificates } from '@outrider/shared/runtime/sight/certificates.js';
import { seeDisk } from '@outrider/shared/runtime/sight/disk.js';
import { seeEndpoint } from '@outrider/shared/runtime/sight/endpoint.js';
import { seeListeners } from '@outrider/shared/runtime/sight/listeners.js';
import type { LoopLag } from '@outrider/shared/runtime/sight/loop-lag.js';
import { seePath } from '@outrider/shared/runtime/sight/paths.js';
import { askQuestion } from '../bridge/ask-question.js';
import { sayTestMessage } from '../bridge/bus-check.js';
import type { SidecarConfig } from '../config.js';
import type { SelfLook } from '../link/ports.js';
import type { RedisLink } from '../link/redis-link.js';
import type { Inside } from './inside.js';

const LOOK_MS = 2_000;

export interface SelfLookParts {
  readonly config: SidecarConfig;
  readonly inside: Pick<Inside, 'host' | 'events' | 'tokens' | 'version'>;
  /** Opened after the face that asks. */
  readonly redis: () => RedisLink | undefined;
  readonly lag: LoopLag;
  /** How others reach the question port and, here, the metrics. */
  readonly question: string | undefined;
}

export function createSelfLook(parts: SelfLookParts): SelfLook {
  const { config, inside, lag, question } = parts;
  return {
    now: () => systemClock.now(),
    ask: (endpoints) => Promise.all(endpoints.map((endpoint) => askQuestion(endpoint, LOOK_MS))),
    diagnose: async () => {
      const [redis, disk, bus, metrics, certificates] = await Promise.all([
        seeRedis(config, parts.redis()),
        seeRoom(config),
        seeBus(config.runDir, inside.events),
        seeEndpoint('metrics', `http://${config.listen.metrics[0] ?? ''}/metrics`, LOOK_MS),
        seeRedisCertificates(config.redis, LOOK_MS),
      ]);
      return {
        ...{ name: config.host, version: inside.version, nowMs: systemClock.now(), loopLagMs: lag.longest() },
        ...{ redis, bus, paths: seePaths(config, inside.tokens.file), listeners: listenersOf(config) },
        ...(disk === undefined ? {} : { disk }),
        ...{ certificates, monitoring: [metrics], roundTripMs: 0 },
        health: hostHealth(inside.host.status()).sentence,
        ...(question === undefined ? {} : { question }),
      };
    },
  };
}

async function seeRedis({ redis: address }: SidecarConfig, link: RedisLink | undefined): Promise<RedisSight> {
  const place = placeOfRedis(address);
  try {
    if (link === undefined) return { up: false, place, pingMs: 0, reason: 'the sidecar is still starting' };
    return { up: true, place, pingMs: Math.round(await inTime(link.ping())), reason: '' };
  } catch (error) {
    const trouble = link?.trouble ?? '';
    return { up: false, place, pingMs: 0, reason: trouble === '' ? messageOf(error) : trouble };
  }
}

const seeRoom = ({ dataDir, diskReserve }: SidecarConfig): Promise<DiskSight | undefined> =>
  seeDisk(dataDir, diskReserve).catch(() => undefined);

const seePaths = ({ dataDir, runDir, logDir, tokenFile }: SidecarConfig, token: string): PathSight[] => [
  seePath('data_dir', dataDir),
  seePath('run_dir', runDir),
  seePath('log_dir', logDir),
  seePath('token', token),
  ...(tokenFile === undefined ? [] : [seePath('token_file', tokenFile)]),
];

function listenersOf({ listen }: SidecarConfig): ListenerSight[] {
  const keys = { grpc: 'grpc', http: 'http', metrics: 'metrics', question: 'zmq.question', events: 'zmq.events' };
  const wanted = Object.entries(keys).flatMap(([key, what]) =>
    listen[key as keyof typeof listen].map((address) => ({ what, address })),
  );
  return seeListeners(wanted);
}

/** From a program that is no agent, over the bus, to an event of this host. */
async function seeBus(runDir: string, events: Inside['events']): Promise<BusSight> {
  const mark = randomUUID();
  let stop = (): void => undefined;
  const heard = new Promise<string>((resolve) => {
    stop = events.onEvent((event) => {
      if (isMarked(event, mark)) resolve(event.id);
    });
  });
  try {
    await inTime(sayTestMessage(runDir, mark));
    return { heard: true, event: await inTime(heard), reason: '' };
  } catch (error) {
    return { heard: false, event: '', reason: messageOf(error) };
  } finally {
    stop();
  }
}

function isMarked({ type, data }: OutriderEvent, mark: string): boolean {
  const context = data?.['context'] as { readonly mark?: unknown } | undefined;
  return type === 'error.reported' && context?.mark === mark;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LOOK_MS} ms`)), LOOK_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
