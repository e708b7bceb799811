import { expect, test } from 'vitest';
import type { AgentSpec, Healthcheck, ProbeMethod } from './agent.js';
import { canOverlap } from './overlap.js';

const check = (method: ProbeMethod, given: Partial<Healthcheck> = {}): Healthcheck => ({
  ...{ method, purposes: ['readiness'], level: 'basic', critical: true },
  ...{ intervalMs: 5_000, timeoutMs: 2_000, retries: 3, startPeriodMs: 60_000 },
  ...given,
});
const agent = (given: Partial<AgentSpec> = {}) => ({
  ...{ name: 'vision', order: 'stop-first' as const, sockets: [], healthchecks: [], stopGraceMs: 10_000 },
  ...given,
});
const zmq = (connect: string) => [check({ kind: 'zmq', connect, send: 'health_check', expect: 'healthy' })];
const http = (url: string) => [check({ kind: 'http', url, status: 200 })];
const listening = (listen: string) => ({ sockets: [{ name: 'http', listen }] });

test.each<[string, Partial<AgentSpec>]>([
  ['nothing it needs alone is known', {}],
  [
    'its sockets are held by the host',
    { ...listening('127.0.0.1:8081'), healthchecks: http('http://127.0.0.1:8081/up') },
  ],
  [
    'with the address of the host filled in later',
    {
      ...listening('${OUTRIDER_HOST_ADDRESS}:8081'),
      healthchecks: http('http://${OUTRIDER_HOST_ADDRESS}:8081/up'),
    },
  ],
  ['each incarnation has an address of its own', { healthchecks: zmq('ipc:///run/vision.${OUTRIDER_INCARNATION}') }],
  [
    'it tells, and is not asked',
    { healthchecks: [check({ kind: 'notify' }), check({ kind: 'heartbeat', withinMs: 1 })] },
  ],
  ['start-first is believed', { order: 'start-first', healthchecks: zmq('tcp://127.0.0.1:5701') }],
])('it can: %s', (_, given) => {
  expect(canOverlap(agent(given))).toBe(true);
});

test.each<[Partial<AgentSpec>, string]>([
  [{ exclusive: true, ...listening('127.0.0.1:8081') }, 'declares update_config.order: stop-first'],
  [{ healthchecks: zmq('tcp://127.0.0.1:5701') }, 'is asked at 127.0.0.1:5701, which is none of its sockets'],
  [{ healthchecks: http('http://127.0.0.1/up') }, 'is asked at 127.0.0.1:80, which'],
  [{ healthchecks: http('https://127.0.0.1') }, 'is asked at 127.0.0.1:443, which'],
  [{ healthchecks: [check({ kind: 'tcp', address: '127.0.0.1:9' })] }, 'is asked at 127.0.0.1:9, which'],
  [{ healthchecks: [check({ kind: 'grpc', address: '127.0.0.1:9', service: '' })] }, 'is asked at 127.0.0.1:9, which'],
  [
    { ...listening('127.0.0.1:8081'), healthchecks: http('http://127.0.0.1:8082/') },
    'is asked at 127.0.0.1:8082, which',
  ],
])('it can not: %j', (given, why) => {
  expect(canOverlap(agent(given))).toContain(why);
});
