import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from './config.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(yaml: string, env: Readonly<Record<string, string>> = {}) {
  const file = join(folder, 'coordinator.yaml');
  writeFileSync(file, yaml);
  return loadConfig(file, env);
}

test('without a file everything is on loopback', () => {
  expect(load('')).toMatchObject({
    environment: 'local',
    dataDir: '/var/lib/outrider/coordinator',
    runDir: '/run/outrider',
    redis: { url: 'redis://127.0.0.1:6379' },
    listen: {
      grpc: ['127.0.0.1:7077'],
      http: ['127.0.0.1:7777', '127.0.0.1:7779'],
      websocket: ['127.0.0.1:7778'],
    },
    hosts: [],
    settings: {},
  });
});

test('hosts have the port of a sidecar unless they name another', () => {
  const { hosts } = load(`
hosts:
  main-pc: { address: 10.0.0.11 }
  pc2: { address: 10.0.0.12, endpoint: '10.0.0.12:9070', labels: { gpu: 'true' } }
  six: { address: 'fd00::6' }
`);
  expect(hosts.map((host) => host.endpoint)).toEqual(['10.0.0.11:7070', '10.0.0.12:9070', '[fd00::6]:7070']);
  expect(hosts[1]?.labels).toEqual({ gpu: 'true' });
});

test('insecure opens the ports to the network, the environment of the process has the last word', () => {
  const config = load('insecure: true\nenvironment: prod\n', {
    OUTRIDER_COORDINATOR__LISTEN__GRPC: '10.0.0.11:7077',
    REDIS_URL: 'redis://10.0.0.11:6379',
  });
  expect(config).toMatchObject({ environment: 'production', redis: { url: 'redis://10.0.0.11:6379' } });
  expect(config.listen).toMatchObject({ grpc: ['10.0.0.11:7077'], websocket: ['0.0.0.0:7778'] });
});

test('what agents.yaml is filled from comes from the file, or whole from the environment', () => {
  const file = 'settings: { MODEL: small, PORT: "8080" }\n';
  expect(load(file).settings).toEqual({ MODEL: 'small', PORT: '8080' });
  const env = {
    OUTRIDER_COORDINATOR__SETTINGS: '{ MODEL: large }',
    OUTRIDER_COORDINATOR__HOSTS: '{ main-pc: { address: 10.0.0.11, labels: { gpu: "true" } } }',
    OUTRIDER_COORDINATOR__LISTEN__HTTP: '127.0.0.1:1,127.0.0.1:2',
  };
  expect(load(file, env)).toMatchObject({
    settings: { MODEL: 'large' },
    hosts: [{ name: 'main-pc', endpoint: '10.0.0.11:7070', labels: { gpu: 'true' } }],
    listen: { http: ['127.0.0.1:1', '127.0.0.1:2'] },
  });
  expect(() => load('settings: { PORT: 8080 }')).toThrow(/settings\.PORT must be a text, not 8080/);
  expect(() => load('', { OUTRIDER_COORDINATOR__SETTINGS: '{ __proto__: x }' })).toThrow(/settings must be a map/);
});

test('a log that is kept from standard error, and has no file, is none', () => {
  expect(load('log: { console: false }').log.level).toBe('silent');
  expect(load('log: { console: false, file: /x, level: warn }').log).toEqual({ level: 'warn', file: '/x' });
  expect(load('').log.level).toBe('info');
});

test('a trial without a leader goes back unless the policy says otherwise', () => {
  expect(load('').policy).toEqual({ trial: 'revert', flapHalfLifeMs: 60_000 });
  expect(load('policy: { trial: hold }').policy).toEqual({ trial: 'hold', flapHalfLifeMs: 60_000 });
  expect(load('policy: { flap_half_life: 20s }').policy.flapHalfLifeMs).toBe(20_000);
});

test('the password of Redis is the first line of its file', () => {
  const file = join(folder, 'password');
  writeFileSync(file, 'secret\nnot this\n');
  expect(load(`redis: { username: ann, password_file: ${file} }`).redis).toMatchObject({ password: 'secret' });
});

test('whom to tell: with what matters by default, under a name that shows no secret', () => {
  const file = join(folder, 'slack');
  writeFileSync(file, 'https://hooks.example.org/T0/secret\n');
  const { notify } = load(
    `notify: [{ slack_file: ${file} }, { name: pager, webhook: "http://a/b", events: [host.*] }]`,
  );
  expect(notify.map(({ name, events }) => [name, events.includes('rollout.stuck'), events.includes('host.*')])).toEqual(
    [
      [expect.stringMatching(/^slack-[0-9a-f]{8}$/), true, false],
      ['pager', false, true],
    ],
  );
});

test('Prometheus is known by its URL, and by a token where it wants one', () => {
  expect(load('')).not.toHaveProperty('prometheus');
  expect(load('prometheus: { url: "http://127.0.0.1:9090" }').prometheus).toEqual({ url: 'http://127.0.0.1:9090' });
  const { prometheus } = load('prometheus: { url: "https://p.example/prom", token_file: /etc/token }');
  expect(prometheus).toEqual({ url: 'https://p.example/prom', tokenFile: '/etc/token' });
});

describe('what is wrong is named with its line', () => {
  test.each([
    ['an unknown key', 'environment: local\nredsi: {}', /coordinator\.yaml:2: redsi .*Did you mean "redis"/],
    ['an open port', 'listen: { http: ["0.0.0.0:80"] }', /insecure: true/],
    ['no port', 'listen: { grpc: ["127.0.0.1"] }', /listen\.grpc\[0\] must be HOST:PORT/],
    [
      'an address twice',
      'listen: { http: ["127.0.0.1:7077"] }',
      /http is 127\.0\.0\.1:7077, which listen\.grpc has already/,
    ],
    ['a list of hosts', 'hosts: [pc2]', /hosts must be a map of hosts/],
    ['a host without an address', 'hosts: { pc2: {} }', /hosts\.pc2\.address is missing/],
    ['a bad name of a host', 'hosts: { PC2: { address: 10.0.0.1 } }', /hosts\.PC2 is no name/],
    ['a key of later', 'max_starting: 3', /max_starting is not supported yet/],
    ['none to be kept', 'keep_releases: 0', /keep_releases must be/],
    ['no such policy', 'policy: { trial: stay }', /policy\.trial must be revert or hold, not "stay"/],
    ['nobody to tell', 'notify: [{ events: ["rollout.*"] }]', /notify\[0\] must have exactly one of webhook/],
    ['two ways at once', 'notify: [{ webhook: "http://a", slack: "http://b" }]', /exactly one of/],
    ['no URL', 'notify: [{ webhook: example.org }]', /notify\[0\]\.webhook must be a URL/],
    [
      'no event',
      'notify: [{ webhook: "http://a", events: [rollout.stuk] }]',
      /names no event\. Did you mean "rollout\.stuck"/,
    ],
    [
      'no address',
      'notify: [{ email: { server: "smtp://a", from: x, to: [y@z] } }]',
      /email\.from must be an e-mail address/,
    ],
    [
      'a URL file that is not there',
      'notify: [{ slack_file: /nowhere/url }]',
      /notify\[0\]: \/nowhere\/url cannot be read/,
    ],
    ['no URL of Prometheus', 'prometheus: { url: nowhere }', /prometheus\.url must be a URL such as/],
    ['a password in the file', 'redis: { password: x }', /password_file/],
    [
      'two places of Redis',
      'redis: { url: "redis://r:1", cluster: ["r:1"] }',
      /:1: redis\.cluster and redis\.url exclude/,
    ],
    ['a URL for an address', 'address: http://10.0.0.11', /:1: address must be an IP address or a name/],
    ['a password file that is not there', 'redis: { password_file: /nowhere/x }', /\/nowhere\/x cannot be read/],
  ])('%s', (_, yaml, sentence) => {
    expect(() => load(yaml)).toThrow(sentence);
  });
});
