/** Whatever a person can write wrongly: agents.yaml, settings, words of the command line. One sentence, one code. */
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCli } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { BINS, cleanEnvironment } from '../support/cluster-layout.js';
import { watchUntouched } from '../support/untouched.js';

const GOOD = { command: ['sleep', '3600'] };
let cluster: Cluster;
let untouched: () => Promise<void>;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['main-pc', 'pc2'] });
  await cluster.push('1.0.0', { agents: { sleeper: GOOD } });
  const { code, stderr } = await cluster.rollout('1.0.0');
  expect([code, stderr]).toEqual([0, '']);
  untouched = await watchUntouched(cluster);
});
afterEach(() => untouched());
afterAll(() => cluster.stop());

/** One `Error:` on standard error (which may go on in further lines), no stack trace, nothing on standard output. */
function expectSentence(stderr: string, expected: RegExp): void {
  expect(stderr).toMatch(/^Error: \S[^]*[.?!)]\n$/);
  expect(stderr).not.toMatch(/\n {4}at |node:internal|Error: Error/);
  expect(stderr).toMatch(expected);
}

describe('agents.yaml', () => {
  it.each<[string, RegExp]>([
    [
      'agents:\n  a: { command: x, depends_on: [slepeer] }\n  sleeper: { command: x }',
      /^Error: agents\.yaml:2: agents\.a\.depends_on names "slepeer", which is no agent of this app\. Did you mean "sleeper"\?/,
    ],
    [
      'agents:\n  a: { command: x, depends_on: [b] }\n  b: { command: x, depends_on: [a] }',
      /:2: agents\.a\.depends_on goes round in a circle: a -> b -> a\./,
    ],
    ['agents:\n  a:\n    comand: x', /:3: agents\.a\.comand is not known\. Did you mean "command"\?/],
    ['agents: { a: { command: x, image: y } }', /agents\.a\.image is not supported yet/],
    [
      'agents: { a: { command: x, replicas: many } }',
      /replicas must be a whole number from 0 to 1000, or bounds such as .*, not "many"/,
    ],
    ['agents: { ../a: { command: x } }', /agents\.\.\.\/a is no name of an agent/],
    ['agents: { a: { command: x } }\nagents: {}', /:2: The key "agents" is there twice/],
    ['agents: { a: [ }', /:1: This is no YAML/],
    ['', /:1: The file is empty/],
    [
      ['a', 'b', 'c', 'd', 'e', 'f', 'g']
        .map(
          (name, index, all) =>
            `x-${name}: &${name} [${Array(9)
              .fill(index === 0 ? 'x' : `*${all[index - 1] ?? ''}`)
              .join(', ')}]`,
        )
        .join('\n'),
      /alias/,
    ],
    ['['.repeat(100_000), /:1: The file is nested too deeply/],
    ['gates: [{ metric: agent_restarts, mex: 0 }]\nagents: { a: { command: x } }', /:1: gates\[0\]\.mex is not known/],
    ['agents: { a: { command: x, healthcheck: { http: { url: nowhere } } } }', /healthcheck\.http\.url must be a URL/],
    ['agents: { a: { command: x, working_dir: ../.. } }', /working_dir must be a folder inside the release/],
  ])('%j', async (agents, expected) => {
    const result = await cluster.cli('release', 'push', cluster.release({ agents }), '--version', '2.0.0');
    expectSentence(result.stderr, expected);
    expect([result.code, result.stdout]).toEqual([2, '']);
  });

  it('with --json nothing but JSON goes to standard output, the error too, and people read it on standard error', async () => {
    const result = await cluster.cli(
      '--json',
      'release',
      'push',
      cluster.release({ agents: 'agents: 1' }),
      '--version',
      '2.0.0',
    );
    expectSentence(result.stderr, /agents must be a map of agents, not 1/);
    expect([result.code, result.error()]).toEqual([2, expect.stringMatching(/agents must be a map of agents, not 1/)]);
  });
});

describe('releases', () => {
  const push = (folder: string, ...words: string[]) => cluster.cli('release', 'push', folder, ...words);

  it.each<[string, () => string[], number, RegExp]>([
    [
      'without agents.yaml',
      () => [join(cluster.folder, 'redis'), '--version', '2.0.0'],
      2,
      /agents\.yaml: there is no such file/,
    ],
    ['that is no folder', () => ['/nonexistent', '--version', '2.0.0'], 2, /\/nonexistent/],
    ['under a reserved version', () => [cluster.release({ agents: { a: GOOD } }), '--version', 'latest'], 2, /latest/],
    [
      'under a version that is a path',
      () => [cluster.release({ agents: { a: GOOD } }), '--version', '../1'],
      2,
      /'\.\.\/1' is invalid/,
    ],
    ['without a version', () => [cluster.release({ agents: { a: GOOD } })], 2, /--version/],
    [
      'under a version that is taken',
      () => [cluster.release({ agents: { a: GOOD, b: GOOD } }), '--version', '1.0.0'],
      4,
      /1\.0\.0/,
    ],
  ])('%s', async (_what, words, code, expected) => {
    const [folder = '', ...rest] = words();
    const result = await push(folder, ...rest);
    expectSentence(result.stderr, expected);
    expect([result.code, result.stdout]).toEqual([code, '']);
  });

  it('with a link that leads out', async () => {
    const folder = cluster.release({ agents: { a: GOOD } });
    symlinkSync('../../../etc/passwd', join(folder, 'link'));
    const result = await push(folder, '--version', '2.0.0');
    expectSentence(result.stderr, /symbolic link "link", which leads out of the release/);
    expect(result.code).toBe(2);
  });
});

describe('words of `coordinator`', () => {
  it.each<[string, number, RegExp]>([
    ['rolout --version 1.0.0', 2, /unknown command 'rolout'.*rollout/i],
    ['rollout', 2, /--version/],
    ['rollout --version', 2, /argument missing/],
    ['rollout --version 9.9.9', 2, /9\.9\.9/],
    ['rollout --version 1.0.0 --bake 5x', 2, /Expected is a duration such as/],
    ['rollout --version 1.0.0 --bake -5s', 2, /--bake/],
    ['rollout --version 1.0.0 --confirm-within 1ms', 2, /--confirm-within/],
    ['rollout --version 1.0.0 --comit each', 2, /unknown option '--comit'.*--commit/i],
    ['rollout --version 1.0.0 --commit sometimes', 2, /together, each/],
    ['rollout --version 1.0.0 --strategy canary --no-canary --json', 2, /needs a canary/],
    ['rollout --version 1.0.0 --strategy all-at-once --canary 1 --json', 2, /has no canary/],
    ['rollout --version 1.0.0 --auto-promote --json', 2, /Only the strategy canary/],
    ['rollout --version 1.0.0 --label gpu=none --json', 2, /no host has gpu=none/],
    ['rollout --version 1.0.0 --hosts pc3 --json', 2, /pc3/],
    ['rollout --version 1.0.0 --app other', 2, /other/],
    ['rollout status r999', 2, /r999/],
    ['rollout status ../x', 2, /r42/],
    ['rollout abort', 4, /under way|no rollout/i],
    ['rollback --to 9.9.9', 2, /9\.9\.9/],
    ['rollback', 4, /nothing|no previous/i],
    ['rollback --strategy careful', 2, /Allowed choices are immediate/],
    ['agent restart nobody', 2, /nobody/],
    ['agent restart', 2, /agent|--all/i],
    ['agent restart sleeper --host pc3', 2, /pc3/],
    ['logs nobody', 2, /nobody/],
    ['agents --host PC2', 2, /PC2|name/],
    ['status --endpoint nowhere', 2, /HOST:PORT/],
    ['status --timeout soon', 2, /duration/],
    ['status --environment production', 4, /local, not production/],
    ['status --endpoint 127.0.0.1:1 --timeout 2s', 5, /Cannot reach 127\.0\.0\.1:1/],
    ['release show 9.9.9', 2, /9\.9\.9/],
  ])('%s', async (line, code, expected) => {
    const result = await cluster.cli(...line.split(' '));
    expectSentence(result.stderr, expected);
    expect(result.code).toBe(code);
    if (line.endsWith(' --json')) expect(result.error()).toMatch(expected);
    else expect(result.stdout).toBe('');
  });

  it('without the right token changes nothing', async () => {
    const env = { OUTRIDER_TOKEN_FILE: join(cluster.folder, 'wrong-token') };
    writeFileSync(env.OUTRIDER_TOKEN_FILE, 'x'.repeat(40));
    const result = await cluster.follow(['agent', 'restart', 'sleeper'], { env }).result;
    expectSentence(result.stderr, /needs the token/);
    expect(result.code).toBe(4);
  });
});

describe('words of `sidecar`', () => {
  it.each<[string, number, RegExp]>([
    ['stats', 2, /unknown command 'stats'.*status/i],
    ['restart nobody', 2, /No agent nobody on host pc2/],
    ['restart slepeer', 2, /Did you mean "sleeper"\?/],
    ['restart', 2, /agent|--all/i],
    ['logs', 2, /agent|--all/i],
    ['logs nobody', 2, /nobody/],
    ['status --timeout soon', 2, /duration/],
  ])('%s', async (line, code, expected) => {
    const result = await cluster.host('pc2').cli(...line.split(' '));
    expectSentence(result.stderr, expected);
    expect([result.code, result.stdout]).toEqual([code, '']);
  });
});

describe('settings', () => {
  const check = (program: keyof typeof BINS, text: string | undefined, env: Record<string, string>) => {
    const file = join(cluster.folder, `${program}-under-test.yaml`);
    rmSync(file, { force: true });
    if (text !== undefined) writeFileSync(file, text);
    const verb = program === 'sidecar' ? 'run' : 'serve';
    return startCli(BINS[program], [verb, '--check-config', '--config', file], {
      env: { ...cleanEnvironment(cluster.layout), ...env },
    }).result;
  };

  it.each<['sidecar' | 'coordinator', string | undefined, Record<string, string>, RegExp]>([
    ['sidecar', 'host: pc2\nreds: {}', {}, /sidecar-under-test\.yaml:2: reds is not known\. Did you mean "redis"\?/],
    ['sidecar', 'host: PC 2', {}, /:1: host must be the name of a host/],
    ['sidecar', 'address: everywhere', {}, /:1: address must be an IP address/],
    [
      'sidecar',
      'listen: { grpc: ["0.0.0.0:7070"] }',
      {},
      /listen\.grpc is 0\.0\.0\.0:7070, which others on the network can reach without TLS/,
    ],
    ['sidecar', 'listen:\n  http: 8080', {}, /:2: listen\.http must be a list/],
    ['sidecar', 'redis: { url: "http://x" }', {}, /:1: redis\.url must be a URL such as redis:/],
    ['sidecar', 'redis: { password: secret }', {}, /redis\.password is not known here: use "password_file"/],
    ['sidecar', 'tls: {}', {}, /tls is not supported yet/],
    ['sidecar', 'data_dir: here', {}, /data_dir must be an absolute path/],
    ['sidecar', 'host: a\nhost: b', {}, /:2: The key "host" is there twice/],
    ['sidecar', undefined, {}, /sidecar-under-test\.yaml: The configuration file does not exist/],
    [
      'sidecar',
      '',
      { OUTRIDER_SIDECAR__REDS__URL: 'x' },
      /OUTRIDER_SIDECAR__REDS__URL names no setting\. Did you mean "OUTRIDER_SIDECAR__REDIS__URL"\?/,
    ],
    [
      'sidecar',
      '',
      { OUTRIDER_SIDECAR__MAX_STARTING: 'lots' },
      /OUTRIDER_SIDECAR__MAX_STARTING: max_starting must be a whole number/,
    ],
    ['sidecar', '', { LOG_LEVEL: 'loud' }, /LOG_LEVEL: log\.level must be trace, debug/],
    ['sidecar', '', { REDIS_URL: 'nowhere' }, /REDIS_URL: redis\.url must be a URL/],
    ['coordinator', 'hosts: [pc2]', {}, /:1: hosts must be a map of hosts/],
    [
      'coordinator',
      'hosts: { pc2: { addres: x } }',
      {},
      /hosts\.pc2\.address is missing[^]*hosts\.pc2\.addres is not known\. Did you mean "address"\?/,
    ],
    ['coordinator', 'hosts: { PC2: { address: 10.0.0.2 } }', {}, /hosts\.PC2 is no name of a host/],
    ['coordinator', 'environment: Pro duction', {}, /environment must be the name of an environment/],
    ['coordinator', 'listen: { http: ["10.0.0.1:7777"] }', {}, /listen\.http is 10\.0\.0\.1:7777/],
    ['coordinator', '- a', {}, /:1: The file must be a map of settings/],
    ['coordinator', 'log: { level: debugg }', {}, /log\.level must be .* Did you mean "debug"\?/],
  ])('%s %j %o', async (program, text, env, expected) => {
    const result = await check(program, text, env);
    expectSentence(result.stderr, expected);
    expect([result.code, result.stdout]).toEqual([2, '']);
  });

  it.each<['sidecar' | 'coordinator', string]>([
    ['sidecar', 'host: pc2'],
    ['coordinator', 'hosts: { pc2: { address: 10.0.0.2 } }'],
  ])('good ones of %s are good', async (program, text) => {
    const { code, stderr } = await check(program, text, {});
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('plans', () => {
  it.each<[string, Record<string, object>, RegExp]>([
    [
      'a host that is none',
      { sleeper: { ...GOOD, hosts: ['pc3'] } },
      /names "pc3", which is no host of the inventory\. Did you mean "pc2"\?/,
    ],
    [
      'a setting that is not set',
      { sleeper: { ...GOOD, environment: { KEY: '${API_KEY}' } } },
      /needs the setting API_KEY/,
    ],
    [
      'a program that is not in the release',
      { sleeper: { command: ['./bin/agent'] } },
      /runs "\.\/bin\/agent", which is no file of the release/,
    ],
    [
      'a port that two agents want',
      Object.fromEntries(
        ['sleeper', 'other'].map((name) => [
          name,
          { ...GOOD, sockets: [{ name: 'http', listen: '${OUTRIDER_HOST_ADDRESS}:18080' }] },
        ]),
      ),
      /18080/,
    ],
    [
      "a port of Outrider's own",
      { sleeper: { ...GOOD, sockets: [{ name: 'http', listen: '${OUTRIDER_HOST_ADDRESS}:7070' }] } },
      /7070/,
    ],
  ])('%s', async (what, agents, expected) => {
    const version = `3.0.0-${what.replace(/\W+/g, '-')}`;
    await cluster.push(version, { agents });
    untouched = await watchUntouched(cluster);
    const result = await cluster.rollout(version);
    expect(result.stderr).toMatch(/^Error: /);
    expect(result.stderr).toMatch(expected);
    expect(result.code).toBe(2);
  });
});
