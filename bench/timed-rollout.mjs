// One rollout of a fleet of the bench, and the events that it left: begun by gRPC and followed in Redis itself, so that
// looking on costs the coordinator nothing.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connectCoordinator } from '@outrider/shared/rpc/client.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { Redis } from 'ioredis';

const END = /^rollout\.(succeeded|rolled_back|aborted|stuck)$/;
const LOOK_MS = 5;
const LEADER_MS = 20_000;
const START_MS = 300_000;

/** `{ id, events, ms }`, `ms` from rollout.started to rollout.succeeded by the coordinator's clock. */
export async function timedRollout(fleet, request, withinMs) {
  const redis = new Redis(fleet.redisUrl);
  const remote = connectCoordinator({ endpoint: fleet.endpoint, token: readFileSync(fleet.token, 'utf8').trim() });
  try {
    const stream = fleetKeys('local').events;
    const [last] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1);
    const { rollout: id } = await begin(remote, { bakeMs: 0, by: 'bench', requestId: randomUUID(), ...request });
    const events = await untilEnd(redis, stream, last?.[0] ?? '0-0', id, performance.now() + withinMs);
    const end = events.at(-1);
    if (end.type !== 'rollout.succeeded') throw new Error(`${id} ended with ${end.type}: ${end.reason ?? ''}`);
    const started = events.find(({ type }) => type === 'rollout.started');
    return { id, events, ms: Date.parse(end.at) - Date.parse(started.at) };
  } finally {
    remote.close();
    redis.disconnect();
  }
}

/** A coordinator that has just come takes a moment to lead. */
async function begin(remote, request) {
  const deadline = performance.now() + LEADER_MS;
  for (;;) {
    try {
      return await remote.StartRollout(request, { timeoutMs: START_MS });
    } catch (error) {
      if (error.code !== 'unavailable' || performance.now() > deadline) throw error;
      await pause(100);
    }
  }
}

async function untilEnd(redis, stream, from, id, deadline) {
  const events = [];
  let position = from;
  while (performance.now() < deadline) {
    for (const [place, fields] of await redis.xrange(stream, `(${position}`, '+', 'COUNT', 1_000)) {
      position = place;
      const event = JSON.parse(fields[1]);
      if (event.rollout === id) events.push(event);
      if (event.rollout === id && END.test(event.type)) return events;
    }
    await pause(LOOK_MS);
  }
  throw new Error(`${id} did not end in time; its last event was ${events.at(-1)?.type ?? 'none'}.`);
}
