import { expect, test } from 'vitest';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { agentEnvironment, inheritable, ownVariables } from './environment.js';
import { fillAgent } from './placeholders.js';

const HOST = { host: 'main-pc', address: '127.0.0.11', redis: { host: 'redis.lan', port: 6390 } };
const FACTS = {
  app: 'assistants',
  agent: 'vision',
  index: 2,
  incarnation: 'a1',
  version: '1.4.0',
  environment: 'local',
  hosts: { pc2: '127.0.0.12', 'main-pc': '127.0.0.11' },
  bus: 'ipc:///run/bus/a1',
  notify: '/run/outrider/notify.d/0123456789abc',
};

test('an agent gets what docs/protocol.md says, its own settings, and no word more', () => {
  const inherited = inheritable({ PATH: '/bin', LC_ALL: 'C', LANG: 'C', REDIS_URL: 'secret', HOME: undefined });
  expect(
    agentEnvironment(HOST, FACTS, { LOG_LEVEL: 'info', PATH: '/opt/bin', OUTRIDER_HOST: 'other' }, inherited),
  ).toEqual({
    PATH: '/opt/bin',
    LC_ALL: 'C',
    LANG: 'C',
    LOG_LEVEL: 'info',
    AI_SYSTEM_ENV: 'dev',
    AI_SYSTEM_MACHINE: 'main_pc',
    AI_MAIN_PC_HOST: '127.0.0.11',
    AI_REDIS_HOST: 'redis.lan',
    AI_REDIS_PORT: '6390',
    OUTRIDER_APP: 'assistants',
    OUTRIDER_AGENT: 'vision',
    OUTRIDER_INSTANCE: '2',
    OUTRIDER_INCARNATION: 'a1',
    OUTRIDER_VERSION: '1.4.0',
    OUTRIDER_HOST: 'main-pc',
    OUTRIDER_HOST_ADDRESS: '127.0.0.11',
    OUTRIDER_ENVIRONMENT: 'local',
    OUTRIDER_HOSTS: '{"pc2":"127.0.0.12","main-pc":"127.0.0.11"}',
    OUTRIDER_BUS: 'ipc:///run/bus/a1',
    NOTIFY_SOCKET: '/run/outrider/notify.d/0123456789abc',
  });
  expect(agentEnvironment(HOST, { ...FACTS, watchdogMs: 1_500 }, {}, {})).toMatchObject({ WATCHDOG_USEC: '1500000' });
});

test.each([
  ['local', 'dev'],
  ['development', 'dev'],
  ['staging', 'staging'],
  ['production', 'prod'],
  ['lab', 'lab'],
  ['constructor', 'constructor'],
])('environment %s is %s to agents of the older spelling', (environment, spelling) => {
  expect(agentEnvironment(HOST, { ...FACTS, environment }, {}, {})['AI_SYSTEM_ENV']).toBe(spelling);
});

test('without a main-pc the first host stands for it, without hosts this one; unknown Redis is left out', () => {
  const bare = { host: 'lab-1', address: '10.0.0.9' };
  const first = agentEnvironment(bare, { ...FACTS, hosts: { b: '10.0.0.2', a: '10.0.0.1' } }, {}, {});
  expect(first).toMatchObject({ AI_MAIN_PC_HOST: '10.0.0.2', AI_SYSTEM_MACHINE: 'lab_1' });
  expect(first).not.toHaveProperty('AI_REDIS_HOST');
  expect(agentEnvironment(bare, { ...FACTS, hosts: {} }, {}, {})['AI_MAIN_PC_HOST']).toBe('10.0.0.9');
});

const AGENT: HostAgent = {
  name: 'vision',
  command: ['serve', '--bind', '${OUTRIDER_HOST_ADDRESS}:81${OUTRIDER_INSTANCE}'],
  hosts: [],
  replicas: 3,
  environment: { NAME: '$HOME ${OUTRIDER_AGENT}.${OUTRIDER_INSTANCE}' },
  workingDir: 'agents/${OUTRIDER_AGENT}',
  dependsOn: [],
  files: [],
  healthchecks: [
    {
      method: { kind: 'http', url: 'http://${OUTRIDER_HOST_ADDRESS}/', status: 200 },
      purposes: ['readiness'],
      level: 'basic',
      critical: true,
      intervalMs: 1,
      timeoutMs: 1,
      retries: 1,
      startPeriodMs: 1,
    },
  ],
  restart: { kind: 'always' },
  stopSignal: 'SIGTERM',
  stopGraceMs: 1,
  order: 'stop-first',
  parallelism: 1,
  sockets: [{ name: 'http', listen: '${OUTRIDER_HOST_ADDRESS}:80' }],
  fingerprint: 'f',
};

test('every string of an agent is filled in for its instance', () => {
  const filled = fillAgent(AGENT, ownVariables(HOST, FACTS));
  expect(filled).toMatchObject({
    agent: {
      command: ['serve', '--bind', '127.0.0.11:812'],
      environment: { NAME: '$HOME vision.2' },
      workingDir: 'agents/vision',
      healthchecks: [{ method: { url: 'http://127.0.0.11/' } }],
      sockets: [{ listen: '127.0.0.11:80' }],
    },
  });
});

test('what no host knows is named with its place', () => {
  const filled = fillAgent({ ...AGENT, command: ['run', '${OUTRIDER_HOSTNAME}'] }, ownVariables(HOST, FACTS));
  expect(filled).toEqual({
    problem:
      'agents.vision.command uses ${OUTRIDER_HOSTNAME}, which no host knows. Known are OUTRIDER_AGENT, OUTRIDER_APP, ' +
      'OUTRIDER_BUS, OUTRIDER_ENVIRONMENT, OUTRIDER_HOST, OUTRIDER_HOSTS, OUTRIDER_HOST_ADDRESS, ' +
      'OUTRIDER_INCARNATION, OUTRIDER_INSTANCE, OUTRIDER_VERSION.',
  });
});
