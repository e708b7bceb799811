import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from './config.js';

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-config-'));
  file = join(folder, 'sidecar.yaml');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(text: string, env: Record<string, string> = {}) {
  writeFileSync(file, text);
  return loadConfig(file, env);
}

describe('sidecar.yaml', () => {
  test('may be empty but for the name', () => {
    const { notes: _, ...config } = load('host: pc2\n');
    const on = (port: number) => [`127.0.0.1:${port}`];
    expect(config).toEqual({
      control: {},
      diskReserve: 64 * 1024 ** 2,
      keepReleases: 5,
      staging: { serveStreams: 8 },
      drain: { onStop: false, limitMs: 90_000 },
      host: 'pc2',
      address: '127.0.0.1',
      labels: {},
      environment: 'local',
      dataDir: '/var/lib/outrider',
      runDir: '/run/outrider',
      logDir: '/var/log/outrider',
      redis: { kind: 'single', url: 'redis://127.0.0.1:6379' },
      listen: { grpc: on(7070), http: on(8080), metrics: on(8000), question: on(5555), events: on(5556) },
      maxStarting: 2 * availableParallelism(),
      cgroup: 'auto',
      noNewPrivileges: true,
      trustedKeys: [],
      agentLogs: { maxBytes: 64 * 1024 ** 2, keep: 5, compress: true },
      samples: { everyMs: 5_000, keepMs: 900_000, trendEveryMs: 120_000 },
      log: { level: 'info' },
    });
  });

  test('listens on loopback and on the address of the host', () => {
    const { listen } = load('host: pc2\naddress: 10.0.0.12\ninsecure: true\n');
    expect(listen.grpc).toEqual(['127.0.0.1:7070', '10.0.0.12:7070']);
    expect(listen.events).toEqual(['127.0.0.1:5556', '10.0.0.12:5556']);
  });

  test('takes lists of its own', () => {
    const { listen } = load('host: pc2\nlisten: { http: ["127.0.0.12:80"], zmq: { question: ["127.0.0.12:1"] } }\n');
    expect(listen).toMatchObject({ http: ['127.0.0.12:80'], question: ['127.0.0.12:1'], metrics: ['127.0.0.1:8000'] });
  });

  test('says how much of the logs of agents is kept', () => {
    const { agentLogs } = load('host: pc2\nagent_logs: { max_size: 512K, keep: 2, compress: false }\n');
    expect(agentLogs).toEqual({ maxBytes: 512 * 1024, keep: 2, compress: false });
    const env = { OUTRIDER_SIDECAR__AGENT_LOGS__MAX_SIZE: '1G' };
    expect(load('host: pc2\n', env).agentLogs.maxBytes).toBe(1024 ** 3);
  });

  test('says how fast contents of releases may come and go', () => {
    const { staging } = load('host: pc2\nstaging: { bandwidth: 50M, serve_bandwidth: 10M, serve_streams: 2 }\n');
    expect(staging).toEqual({ bandwidth: 50 * 1024 ** 2, serveBandwidth: 10 * 1024 ** 2, serveStreams: 2 });
  });

  test('is overruled by the environment', () => {
    const keys = [`ed25519:${'A'.repeat(43)}=`, `ed25519:${'B'.repeat(42)}A=`];
    expect(load('host: a\n', { OUTRIDER_SIDECAR__TRUSTED_KEYS: keys.join(', ') }).trustedKeys).toEqual(keys);
    const config = load('host: pc2\n', { OUTRIDER_SIDECAR__HOST: 'pc3', OUTRIDER_SIDECAR__LOG__LEVEL: 'debug' });
    expect([config.host, config.log.level]).toEqual(['pc3', 'debug']);
  });

  test('has the password of Redis in a file', () => {
    const secret = join(folder, 'password');
    writeFileSync(secret, 'hush\n');
    expect(load(`host: pc2\nredis: { url: "redis://r:1", password_file: ${secret} }\n`).redis).toEqual({
      kind: 'single',
      url: 'redis://r:1',
      password: 'hush',
    });
  });
});

describe('what is wrong is named with its line and a remedy', () => {
  test.each<[string, string, RegExp]>([
    ['an unknown key', 'host: pc2\nlables: {}\n', /sidecar\.yaml:2: lables is not known\. Did you mean "labels"\?/],
    ['a key of ours that is not there yet', 'host: pc2\ntls: {}\n', /:2: tls is not supported yet/],
    ['one log for all', 'host: pc2\ncombined_log: /x\n', /:2: combined_log is not supported yet/],
    ['a wrong type', 'host: [pc2]\n', /:1: host must be the name of a host .*not a list/],
    ['a wrong name', 'host: "PC 2"\n', /:1: host must be the name of a host .*"PC 2"/],
    ['a name for an address', 'host: a\naddress: pc2.lan\n', /:2: address must be an IP address of this machine/],
    ['every address', 'host: a\naddress: 0.0.0.0\n', /:2: address must be an IP address of this machine/],
    ['a port without address', 'host: a\nlisten: { grpc: [7070] }\n', /:2: listen\.grpc\[0\] must be HOST:PORT/],
    ['no address at all', 'host: a\nlisten: { grpc: [] }\n', /:2: listen\.grpc must be at least one address/],
    [
      'an address twice',
      'host: a\nlisten: { grpc: ["127.0.0.1:8080"], zmq: { events: ["127.0.0.1:9"], question: ["127.0.0.1:9"] } }\n',
      /listen\.http is 127\.0\.0\.1:8080, which listen\.grpc has already: give it another port\.$/,
    ],
    [
      'an address twice for zmq',
      'host: a\nlisten: { zmq: { events: ["127.0.0.1:9"], question: ["127.0.0.1:9"] } }\n',
      /listen\.zmq\.events is 127\.0\.0\.1:9, which listen\.zmq\.question has already/,
    ],
    ['a list for zmq', 'host: a\nlisten: { zmq: ["127.0.0.1:1"] }\n', /:2: listen\.zmq must be a map/],
    ['a wrong level', 'host: a\nlog: { level: inof }\n', /:2: log\.level must be .* Did you mean "info"\?/],
    ['a number as text', 'host: a\nmax_starting: many\n', /:2: max_starting must be a whole number/],
    ['a size in words', 'host: a\nagent_logs: { max_size: much }\n', /:2: agent_logs\.max_size must be a size such as/],
    [
      'samples too often',
      'host: a\nsamples: { every: 1ms }\n',
      /:2: samples\.every must be a duration from 100ms to 1m/,
    ],
    [
      'a key that is none',
      'host: a\ntrusted_keys: [ed25519:abc]\n',
      /:2: trusted_keys\[0\] must be a public key such as "ed25519:".*release key show.*not "ed25519:abc"/,
    ],
    ['one key instead of a list', 'host: a\ntrusted_keys: ed25519:abc\n', /:2: trusted_keys must be a list/],
    ['no key at all', 'host: a\ntrusted_keys: []\n', /:2: trusted_keys has no key in it.*leave trusted_keys out/],
    ['a size of too little', 'host: a\nagent_logs: { max_size: 1K }\n', /:2: .*a size from 64K to 2G, not 1K\./],
    ['a size of too much', 'host: a\nagent_logs: { max_size: 3G }\n', /:2: .*a size from 64K to 2G, not 3G\./],
    ['no log kept', 'host: a\nagent_logs: { keep: 0 }\n', /:2: agent_logs\.keep must be a whole number from 1 to 100/],
    ['no release kept', 'host: a\nkeep_releases: 0\n', /:2: keep_releases must be a whole number from 1 to 1000/],
    ['a way to compress', 'host: a\nagent_logs: { compress: xz }\n', /:2: agent_logs\.compress must be true or false/],
    ['an unknown key of logs', 'host: a\nagent_logs: { size: 1M }\n', /:2: agent_logs\.size is not known/],
    ['a relative folder', 'host: a\ndata_dir: data\n', /:2: data_dir must be an absolute path/],
    ['a run_dir for no socket', `host: a\nrun_dir: /${'x'.repeat(90)}\n`, /:2: run_dir must be .* at most 84 bytes/],
    ['a password in the open', 'host: a\nredis: { password: x }\n', /:2: redis\.password .* use "password_file"/],
    [
      'a password file that is not there',
      'host: a\nredis: { password_file: /no/such }\n',
      /password_file \/no\/such cannot be read/,
    ],
    [
      'an open port without a word',
      'host: a\naddress: 10.0.0.12\n',
      /listen\.grpc is 10\.0\.0\.12:7070.*"insecure: true"/,
    ],
    [
      'an open question',
      'host: a\nlisten: { zmq: { question: ["0.0.0.0:5555"] } }\n',
      /listen\.zmq\.question is 0\.0\.0\.0:5555/,
    ],
    ['a group of no name', 'host: a\ncontrol: { group: [adm] }\n', /:2: control\.group must be the name of a group/],
    ['no time to drain', 'host: a\ndrain: { limit: 0s }\n', /:2: drain\.limit must be a duration from 1s to 1h/],
    ['a drain for no reason', 'host: a\ndrain: { on_stop: maybe }\n', /:2: drain\.on_stop must be true or false/],
    ['no map', '- host\n', /must be a map of settings/],
    ['no YAML', 'host: [\n', /sidecar\.yaml:\d+: /],
    ['the same key twice', 'host: a\nhost: b\n', /:2: The key "host" is there twice/],
  ])('%s', (_, text, sentence) => {
    expect(() => load(text)).toThrow(sentence);
  });

  test('a file that is not there', () => {
    expect(() => loadConfig(join(folder, 'none.yaml'), {})).toThrow(
      /none\.yaml: The configuration file does not exist/,
    );
  });

  test('a variable', () => {
    expect(() => load('host: a\n', { OUTRIDER_SIDECAR__ADRESS: '1.2.3.4' })).toThrow(
      /OUTRIDER_SIDECAR__ADRESS.*ADDRESS/,
    );
  });
});
