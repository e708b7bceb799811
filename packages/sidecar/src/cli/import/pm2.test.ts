import { expect, it } from 'vitest';
import { fromPm2 } from './pm2.js';
import { runConfig } from './pm2-program.js';
import { openSource } from './source.js';
import { example, FOLDER, said, settingsOf, sourceOf } from './testing/sample.js';

const CONFIG = example('ecosystem.config.cjs');
const imported = async (environment?: string) => fromPm2(await runConfig(CONFIG), openSource(CONFIG), environment);
const fromApps = (...apps: object[]) =>
  fromPm2({ apps }, sourceOf('ecosystem.json', '', { 'bin/www': 'text' }), undefined);

it('carries over a whole ecosystem', async () => {
  const all = await imported();
  expect(settingsOf(all, 'shop-api')).toEqual({
    command: ['node', '--max-old-space-size=512', 'dist/server.js', '--port', '3000', '--title', 'My shop'],
    replicas: 4,
    environment: {
      NODE_APP_INSTANCE: '${OUTRIDER_INSTANCE}',
      NODE_ENV: 'development',
      PORT: '3000',
      PRICE: '$5 or $${less}',
    },
    stop_signal: 'SIGINT',
    stop_grace_period: '5s',
    resources: { memory: '600M' },
  });
  expect(settingsOf(all, 'worker')).toMatchObject({
    command: ['node', 'worker.mjs'],
    restart: 'on-failure',
    user: 'shop',
  });
  expect(settingsOf(all, 'scorer')).toMatchObject({
    command: ['/srv/scorer/venv/bin/python3', 'score.py', '--model', '/srv/scorer/model.bin'],
    environment: { PYTHONUNBUFFERED: '1' },
  });
  expect(settingsOf(all, 'report')).toMatchObject({ command: ['npm', 'run', 'report', '--', '--all'], restart: 'no' });
});

it('says what could not be carried over', async () => {
  const all = await imported();
  expect(said(all, 'deploy')).toMatch(/coordinator release push/);
  expect(said(all, 'name', 'shop-api')).toBe('was Shop API.');
  expect(said(all, 'exec_mode', 'shop-api')).toMatch(/"sockets"/);
  expect(said(all, 'wait_ready', 'shop-api')).toMatch(/notify: true, start_period: 8s/);
  expect(said(all, 'env_production', 'shop-api')).toMatch(/--env production/);
  expect(said(all, 'watch', 'shop-api')).toMatch(/nothing is watched/);
  expect(said(all, 'out_file', 'shop-api')).toMatch(/agents\/shop-api\.0\.log/);
  expect(said(all, 'instances', 'worker')).toMatch(/was max/);
  expect(said(all, 'exp_backoff_restart_delay', 'worker')).toMatch(/100 ms to 30 s/);
  expect(said(all, 'cwd', 'scorer')).toMatch(/\/srv\/scorer is outside the release/);
  expect(said(all, 'cron_restart', 'report')).toMatch(/sidecar restart report/);
});

it('takes the environment that was asked for', async () => {
  expect(settingsOf(await imported('production'), 'shop-api')['environment']).toMatchObject({
    NODE_ENV: 'production',
    PORT: '3000',
  });
  expect(said(await imported('production'), 'environment', 'shop-api')).toMatch(
    /STRIPE_SECRET_KEY looks like a secret/,
  );
  await expect(imported('staging')).rejects.toThrow(/No app has an "env_staging"/);
});

it.each<[object, readonly string[]]>([
  [{ script: 'a.py', args: 'x "y z"' }, ['python3', 'a.py', 'x', 'y z']],
  [{ script: './run.sh' }, ['bash', 'run.sh']],
  [{ script: 'npm', args: 'start' }, ['npm', 'start']],
  [{ script: 'bin/www' }, ['node', 'bin/www']],
  [{ script: 'bin/agent', interpreter: 'none', args: ['a b', 1] }, ['bin/agent', 'a b', '1']],
  [{ script: `${FOLDER}/a.js`, cwd: `${FOLDER}/sub` }, ['node', '../a.js']],
  [{ script: 'a.js', interpreter: 'deno', interpreter_args: 'run -A' }, ['deno', 'run', '-A', 'a.js']],
  [{ script: 'cd web && vite --port $PORT' }, ['sh', '-c', 'cd web && exec vite --port $PORT']],
])('%j', (app, command) => {
  expect(settingsOf(fromApps({ name: 'a', ...app }), 'a')['command']).toEqual(command);
});

it.each<[unknown, unknown]>([
  [undefined, undefined],
  [1, undefined],
  [3, 3],
  ['max', 4],
  [0, 4],
  [-1, 3],
])('instances: %j on a machine of four', (instances, replicas) => {
  expect(
    settingsOf(fromApps({ script: 'a.js', ...(instances === undefined ? {} : { instances }) }), 'a')['replicas'],
  ).toBe(replicas);
});

it('names what has no name, and two of one name', () => {
  const all = fromApps({ script: 'src/api.js', namespace: 'Shop' }, { script: 'api.js', namespace: 'Shop' });
  expect([all.app, ...all.agents.map(({ name }) => name)]).toEqual(['shop', 'api', 'api-2']);
});

it.each<[unknown, string]>([
  [{ app: [] }, 'There is no "apps" in it'],
  [{ apps: [] }, 'Its list of apps is empty.'],
  [{ apps: ['x'] }, 'apps[0] is no app.'],
  [{ apps: [{ name: 'x' }] }, 'apps[0] has no script.'],
  [[{ script: 'a.js', args: 'a "b' }], 'args of "a.js" is no list of words'],
  [null, 'There is no "apps" in it'],
])('%j', (value, sentence) => {
  expect(() => fromPm2(value, sourceOf('ecosystem.json', ''), undefined)).toThrow(sentence);
});
