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

describe('what is wrong is named with its line', () => {
  test.each([
    ['an unknown key', 'environment: local\nredsi: {}', /coordinator\.yaml:2: redsi .*Did you mean "redis"/],
    ['an open port', 'listen: { http: ["0.0.0.0:80"] }', /insecure: true/],
    ['no port', 'listen: { grpc: ["127.0.0.1"] }', /listen\.grpc\[0\] must be HOST:PORT/],
    ['a list of hosts', 'hosts: [pc2]', /hosts must be a map of hosts/],
    ['a host without an address', 'hosts: { pc2: {} }', /hosts\.pc2\.address is missing/],
    ['a bad name of a host', 'hosts: { PC2: { address: 10.0.0.1 } }', /hosts\.PC2 is no name/],
    ['a key of later', 'policy: {}', /policy is not supported yet/],
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
    ['a password in the file', 'redis: { password: x }', /password_file/],
    ['a password file that is not there', 'redis: { password_file: /nowhere/x }', /\/nowhere\/x cannot be read/],
  ])('%s', (_, yaml, sentence) => {
    expect(() => load(yaml)).toThrow(sentence);
  });
});
