import { expect, it } from 'vitest';
import type { Healthcheck, HostAgent } from './agent.js';
import { diffSecrets, diffSettings } from './settings-diff.js';

const agent = (patch: Partial<HostAgent> = {}): HostAgent => ({
  ...{ name: 'vision', command: ['run'], hosts: [], replicas: 1, environment: {}, workingDir: '.', dependsOn: [] },
  ...{ files: [], healthchecks: [], restart: { kind: 'always' }, stopSignal: 'SIGTERM', stopGraceMs: 1 },
  ...{ order: 'stop-first', parallelism: 1, sockets: [], fingerprint: 'old' },
  ...patch,
});

const change = (before: Partial<HostAgent>, after: Partial<HostAgent>) =>
  diffSettings([agent(before)], [agent({ ...after, fingerprint: 'new' })]).map(({ agent: _agent, ...rest }) => rest);

it('settings by their names, old and new', () => {
  expect(change({}, {})).toEqual([]);
  expect(
    change(
      { environment: { LEVEL: 'info', GONE: '1' }, resources: { memoryBytes: 1, reservations: { cpus: 1 } } },
      {
        environment: { LEVEL: 'debug', NEW: '2' },
        resources: { memoryBytes: 2, reservations: { cpus: 2 } },
        command: ['run', '-v'],
      },
    ),
  ).toEqual([
    { setting: 'command', from: '["run"]', to: '["run","-v"]', hidden: false },
    { setting: 'environment.GONE', from: '1', hidden: false },
    { setting: 'environment.LEVEL', from: 'info', to: 'debug', hidden: false },
    { setting: 'environment.NEW', to: '2', hidden: false },
    { setting: 'resources.memory (bytes)', from: '1', to: '2', hidden: false },
    { setting: 'resources.reservations.cpus', from: '1', to: '2', hidden: false },
  ]);
});

it('of a healthcheck what in it is another, and one that comes or goes as a whole', () => {
  const check = (patch: Partial<Healthcheck> = {}): Healthcheck => ({
    ...{ method: { kind: 'http', url: 'http://u:aaa@h/', status: 200 }, purposes: ['readiness'], level: 'basic' },
    ...{ critical: true, intervalMs: 5_000, timeoutMs: 2_000, retries: 3, startPeriodMs: 60_000 },
    ...patch,
  });
  expect(change({ healthchecks: [check()] }, { healthchecks: [check({ startPeriodMs: 5_000 })] })).toEqual([
    { setting: 'healthcheck[0].start_period', from: '1m', to: '5s', hidden: false },
  ]);
  const other = check({ method: { kind: 'heartbeat', withinMs: 10_000 } });
  expect(change({ healthchecks: [check()] }, { healthchecks: [other] })).toEqual([
    { setting: 'healthcheck[0].heartbeat.within', to: '10s', hidden: false },
    { setting: 'healthcheck[0].http.status', from: '200', hidden: false },
    { setting: 'healthcheck[0].http.url', from: 'http://(hidden)@h/', hidden: false },
  ]);
  const more = change({ healthchecks: [check()] }, { healthchecks: [check(), other] });
  expect(more).toMatchObject([{ setting: 'healthcheck[1]', to: expect.stringContaining('"start_period"') as string }]);
});

it('of sockets and needs too', () => {
  const sockets = [{ name: 'http', listen: '127.0.0.1:1' }];
  const need = { agent: 'memory', condition: 'service_started' as const };
  expect(
    change(
      { sockets, dependsOn: [need] },
      { sockets: [{ name: 'http', listen: '127.0.0.1:2' }], dependsOn: [{ ...need, condition: 'service_healthy' }] },
    ),
  ).toEqual([
    { setting: 'depends_on[0].condition', from: 'service_started', to: 'service_healthy', hidden: false },
    { setting: 'sockets[0].listen', from: '127.0.0.1:1', to: '127.0.0.1:2', hidden: false },
  ]);
});

it('no value that looks like a secret, or is named as one', () => {
  const secret = { secrets: ['LICENCE'] };
  const made = [
    ...change({ environment: { API_KEY: 'aaa' } }, { environment: { API_KEY: 'bbb' } }),
    ...change({ environment: { LICENCE: 'aaa' }, ...secret }, { environment: { LICENCE: 'bbb' }, ...secret }),
    ...change({ command: ['run', '--token', 'aaa'] }, { command: ['run', '--token', 'bbb'] }),
    ...change({ environment: { URL: 'redis://u:aaa@h/' } }, { environment: { URL: 'redis://u:bbb@h/' } }),
  ];
  expect(made.map(({ setting, hidden }) => [setting, hidden])).toEqual([
    ['environment.API_KEY', true],
    ['environment.LICENCE', true],
    ['command', true],
    ['environment.URL', true],
  ]);
  expect(JSON.stringify(made)).not.toMatch(/aaa|bbb/);
});

it('names of secrets that come and go, also with their agents', () => {
  const [before, after] = [agent({ secrets: ['A', 'B'] }), agent({ secrets: ['B', 'C'] })];
  expect(
    diffSecrets([before, agent({ name: 'old', secrets: ['X'] })], [after, agent({ name: 'new', secrets: ['Y'] })]),
  ).toEqual([
    { agent: 'vision', name: 'C', change: 'added' },
    { agent: 'vision', name: 'A', change: 'removed' },
    { agent: 'new', name: 'Y', change: 'added' },
    { agent: 'old', name: 'X', change: 'removed' },
  ]);
});
