import { expect, it } from 'vitest';
import { fromCompose } from './compose.js';
import { readImported } from './detect.js';
import { openSource } from './source.js';
import { example, said, settingsOf, sourceOf } from './testing/sample.js';

const whole = () => readImported(openSource(example('compose.yaml')), { kind: undefined, environment: undefined });
const one = (service: object, beside = {}) =>
  fromCompose(
    { services: { a: { command: 'x', restart: 'always', ...service } } },
    sourceOf('compose.yaml', '', beside),
  );

it('carries over a whole file', async () => {
  const all = await whole();
  expect(all.app).toBe('chat');
  expect(settingsOf(all, 'gateway')).toEqual({
    command: ['node', 'gateway.js', '--greeting', 'costs $5'],
    replicas: 2,
    user: '1000:1000',
    environment: { LOG_LEVEL: '${LOG_LEVEL:-info}', REDIS_URL: 'redis://cache:6379/0' },
    secrets: ['OPENAI_API_KEY'],
    depends_on: {
      cache: { condition: 'service_healthy' },
      model_server: { condition: 'service_healthy', restart: true },
      migrate: { condition: 'service_completed_successfully' },
    },
    healthcheck: {
      exec: ['curl', '-fsS', 'http://127.0.0.1:8080/health'],
      for: ['startup', 'readiness'],
      interval: '10s',
      timeout: '3s',
      retries: 5,
      start_period: '2m35s',
    },
    restart: 'always',
    stop_signal: 'SIGQUIT',
    stop_grace_period: '1m',
    resources: { memory: '512M', cpus: 0.5, pids: 64, open_files: 4096, reservations: { memory: '256M', cpus: 0.25 } },
    no_new_privileges: true,
    data: ['uploads/'],
  });
  expect(settingsOf(all, 'model_server')).toMatchObject({
    command: ['python3', '-m', 'model', '--device', '${DEVICE}', '--host', '${HOST_NAME}'],
    environment: { MODEL: 'small', HF_TOKEN: '${HF_TOKEN}' },
    depends_on: { cache: { condition: 'service_started' } },
  });
  expect(settingsOf(all, 'migrate')).toMatchObject({ restart: 'no' });
  expect(settingsOf(all, 'cache')).toMatchObject({ healthcheck: { exec: ['sh', '-c', 'redis-cli ping | grep PONG'] } });
  expect(settingsOf(all, 'debugger')).toMatchObject({
    command: ['sleep', 'infinity'],
    replicas: 2,
    profiles: ['debug'],
  });
});

it('says what could not be carried over', async () => {
  const all = await whole();
  expect(said(all, 'variables')).toMatch(/^\$\{DEVICE\}, \$\{HOST_NAME\} and \$\{HF_TOKEN\} must be in the settings/);
  expect(said(all, 'image', 'gateway')).toMatch(/example\/gateway:1\.4 is no program/);
  expect(said(all, 'image', 'cache')).toMatch(/the command is inside redis:7/);
  expect(said(all, 'working_dir', 'gateway')).toMatch(/\/app is outside the release/);
  expect(said(all, 'environment', 'gateway')).toMatch(/REDIS_URL leads to cache/);
  expect(said(all, 'ports', 'gateway')).toMatch(/8080:8080/);
  expect(said(all, 'healthcheck', 'gateway')).toMatch(/http: \{ url: http:\/\/127\.0\.0\.1:8080\/health \}/);
  expect(said(all, 'volumes', 'gateway')).toMatch(/\/etc\/ssl:\/etc\/ssl: no folder is mounted/);
  expect(said(all, 'env_file', 'model_server')).toMatch(/MODEL_DIR and MODEL_KEY/);
});

it.each<[object, object]>([
  [{ restart: 'no' }, { restart: 'no' }],
  [{ restart: 'on-failure:3' }, { restart: 'on-failure:3' }],
  [{ deploy: { restart_policy: { condition: 'on-failure', max_attempts: 2 } } }, { restart: 'on-failure:2' }],
  [{ entrypoint: ['a', 'b c'], command: 'd "e f"' }, { command: ['a', 'b c', 'd', 'e f'] }],
  [{ environment: ['A=1=2', 'B', 'C='] }, { environment: { A: '1=2', B: '${B}', C: '' } }],
  [{ environment: { A: 1, B: null, C: '$D-${E-x}-$$F' } }, { environment: { A: '1', B: '${B}', C: '${D}-${E-x}-$F' } }],
  [{ environment: { A: '$$${B}', C: '$${D}' } }, { environment: { A: '$${B}', C: '$${D}' } }],
  [
    { mem_limit: '${MEM:-64m}', cpus: 1.5, pids_limit: -1, ulimits: { nofile: 100 } },
    { resources: { memory: '64M', cpus: 1.5, open_files: 100 } },
  ],
  [{ mem_limit: 1073741824 }, { resources: { memory: '1G' } }],
  [{ scale: 3 }, { replicas: 3 }],
  [
    { working_dir: '/srv/app/sub', stop_signal: 2 },
    { working_dir: 'sub', stop_signal: 'SIGINT' },
  ],
  [{ healthcheck: { test: ['NONE'] } }, {}],
  [
    { healthcheck: { test: 'test -e $$X', interval: '1.5s', timeout: '500ms', retries: 1 } },
    {
      healthcheck: {
        exec: ['sh', '-c', 'exec test -e $X'],
        for: ['startup', 'readiness'],
        interval: '1.5s',
        timeout: '500ms',
        retries: 1,
        start_period: '2s',
      },
    },
  ],
])('%j', (service, expected) => {
  expect(settingsOf(one(service), 'a')).toEqual({ command: ['x'], restart: 'always', ...expected });
});

it('a reference that is none here stands as it is, and is named', () => {
  const imported = one({ environment: { A: '${B:+c}' } });
  expect(settingsOf(imported, 'a')['environment']).toEqual({ A: '$${B:+c}' });
  expect(said(imported, '${B:+c}')).toMatch(/is no reference here/);
});

it('extends services of this file and of others', () => {
  const beside = { 'base.yaml': 'services: { b: { command: y, environment: [A=1, B=2], user: u } }' };
  const imported = one(
    { command: undefined, environment: { B: 3 }, extends: { file: 'base.yaml', service: 'b' } },
    beside,
  );
  expect(settingsOf(imported, 'a')).toMatchObject({ environment: { A: '1', B: '3' }, user: 'u' });
  expect(() => one({ extends: 'b' })).toThrow('services.a.extends names "b", which this file has not.');
  expect(() => one({ extends: 'a' })).toThrow('services.a.extends goes round in a circle.');
});

it.each<[unknown, string]>([
  [{ services: [] }, 'There is no map of "services" in it.'],
  [{ services: {} }, 'Its map of services is empty.'],
  [{ services: { a: 1 } }, 'services.a is no map.'],
  [{ services: { a: { command: 'x "y' } } }, 'services.a.command is no command'],
])('%j', (value, sentence) => {
  expect(() => fromCompose(value, sourceOf('compose.yaml', ''))).toThrow(sentence);
});
