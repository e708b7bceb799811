/** Everything back with the coordinator and Redis dead: from the command line to the hosts, and the way out of the hold. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import type { CliResult, CliRun } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { BINS, cleanEnvironment } from '../support/cluster-layout.js';
import { Here } from '../support/here.js';
import {
  clearMark,
  type Event,
  fault,
  isStep,
  lastEvent,
  marked,
  setMark,
  tree,
  versions,
  web,
} from '../support/rollout-kit.js';

let cluster: Cluster;
let serial = 1;
const APP = 'crew';
/** Would be waited for an hour if anybody were asked to end. */
const deaf = { command: ['sh', '-c', "trap '' TERM; while :; do sleep 0.2; done"], stop_grace_period: '1h' };

/** A fresh version that runs on both hosts. */
async function good(): Promise<string> {
  serial += 1;
  const version = `1.${serial}.0`;
  await cluster.push(version, tree(APP, { vision: web(18501, serial) }));
  const { code, stderr } = await cluster.rollout(version, '--app', APP);
  expect([code, stderr]).toEqual([0, '']);
  return version;
}

/** A version with one more agent, which does not end, on trial on alpha; beta waits its turn. */
async function onTrial(more: object = { deaf }): Promise<{ readonly version: string; readonly run: CliRun }> {
  serial += 1;
  const version = `1.${serial}.0`;
  await cluster.push(version, tree(APP, { vision: web(18501, serial), ...more }));
  const run = cluster.follow(
    ['rollout', '--app', APP, '--version', version, '--yes', '--json', '--bake', '1h', '--confirm-within', '1h'],
    { timeoutMs: 600_000 },
  );
  await run.line(isStep('alpha', 'trial'));
  await eventually(() => cluster.agents('alpha', 'deaf').length === Object.keys(more).length);
  return { version, run };
}

const both = (what: string): Record<string, string> => ({ alpha: what, beta: what });
const emergency = (...words: readonly string[]): Promise<CliResult> =>
  cluster.cli('emergency', '--direct', '--json', '--yes', ...words);
interface Answer {
  readonly host: string;
  readonly state: string;
  readonly problem?: string;
  readonly hold: { readonly by: string; readonly reason: string } | null;
  readonly apps: readonly { readonly app: string; readonly version: string | null; readonly phase: string }[];
}
/** The last that was said of each host. */
const ends = (result: CliResult): Record<string, string> =>
  Object.fromEntries(result.events<Answer>().map(({ host, state }) => [host, state]));
const runs = (host: string): string[] => cluster.agents(host).map(({ agent, version }) => `${agent} ${version}`);

async function killBoth(): Promise<void> {
  await cluster.coordinator.kill();
  await cluster.redis.kill();
}
async function bringBack(): Promise<void> {
  await cluster.redis.restart();
  cluster.coordinator.start();
  await cluster.ready();
}

// Each test is several rollouts.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** At a terminal, with this typed in. */
async function typed(keys: string, ...words: readonly string[]): Promise<{ code: number | null; shown: string }> {
  const line = [process.execPath, BINS.coordinator, ...words].join(' ');
  const env = { ...cleanEnvironment(cluster.layout), OUTRIDER_TOKEN_FILE: cluster.layout.token, TERM: 'dumb' };
  const terminal = spawn('script', ['-qec', line, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  let shown = '';
  let isAsked = false;
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (shown.includes('[y/N]') && !isAsked) {
      isAsked = true;
      terminal.stdin.write(keys);
    }
  });
  const [code] = (await once(terminal, 'close')) as [number | null];
  return { code, shown };
}

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'] });
  await good();
});
afterAll(async () => {
  // Whatever a failed test has left there ends without grace.
  await Promise.all(
    [...cluster.hosts.values()].map(({ remote }) => remote.Emergency({ by: 'test' }).catch(() => undefined)),
  );
  await cluster.stop();
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cluster.lastWords());
});

it('takes back what is on trial at once and holds it, with the coordinator and Redis killed; when they are back, the rollout makes way', async () => {
  const before = await good();
  const { run } = await onTrial();
  await killBoth();
  expect(await cluster.cli('host', 'resume', '--all')).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('`coordinator host resume --direct` asks the hosts themselves.') as string,
  });
  const done = await emergency('--reason', 'answers nonsense');
  expect(done).toMatchObject({ code: 0 });
  expect(ends(done)).toEqual(both('back'));
  expect(done.stderr).toContain('2 of 2 hosts are back and held.');
  for (const answer of done.events<Answer>()) expect(answer.hold).toMatchObject({ reason: 'answers nonsense' });
  // Beta was not switched yet: it stays where the others go back to, not a step further.
  expect(await versions(cluster, APP)).toEqual(both(`${before} held`));
  for (const host of ['alpha', 'beta']) expect(runs(host)).toEqual([`vision ${before}`]);

  const again = await emergency('--reason', 'another');
  expect([again.code, ends(again)]).toEqual([0, both('back')]);
  for (const answer of again.events<Answer>()) expect(answer.hold).toMatchObject({ reason: 'answers nonsense' });

  await cluster.host('alpha').daemon.restart();
  await eventually(async () => expect(await versions(cluster, APP)).toEqual(both(`${before} held`)));

  await bringBack();
  expect(await run.result).toMatchObject({ code: 21 });
  expect(lastEvent(await run.result)).toMatchObject({
    type: 'rollout.aborted',
    reason: expect.stringMatching(
      /is held since .* \(answers nonsense\); release it with "coordinator host resume/,
    ) as string,
  });
  expect(await versions(cluster, APP)).toEqual(both(`${before} held`));
});

it('as long as they are held, hosts are a problem of every plan and refuse a rollback; status, hosts and the host itself say so', async () => {
  serial += 1;
  await cluster.push(`1.${serial}.0`, tree(APP, { vision: web(18501, serial) }));
  const plan = await cluster.cli('rollout', '--app', APP, '--version', `1.${serial}.0`, '--plan', '--json');
  const { problems } = plan.json<{ problems: string[] }>();
  expect(plan.code).toBe(4);
  expect(problems).toEqual(
    ['alpha', 'beta'].map((host) => expect.stringMatching(`^Host ${host} is held since `) as string),
  );
  expect(await cluster.rollout(`1.${serial}.0`, '--app', APP)).toMatchObject({ code: 4 });
  expect(await cluster.cli('rollback', '--app', APP)).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/^Error: (alpha|beta) is held since .*"coordinator host resume/) as string,
  });
  expect(await cluster.cli('emergency', '--yes')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('alpha, beta are held and so back already.') as string,
  });
  expect((await cluster.cli('status', '--json')).json()).toMatchObject({ held: ['alpha', 'beta'] });
  expect((await cluster.cli('hosts')).stdout).toMatch(/alpha .* up, held by \S+@/);
  expect((await cluster.cli('host', 'ls', '--json')).json()).toMatchObject([
    { name: 'alpha', hold: { reason: 'answers nonsense' } },
    { name: 'beta', hold: { reason: 'answers nonsense' } },
  ]);
  const shown = await cluster.host('alpha').cli('status');
  expect(shown.stdout).toMatch(/^Held since .* \(answers nonsense\): no rollout changes anything here until/m);
});

it('resumed, they take rollouts again', async () => {
  expect(await cluster.cli('host', 'resume')).toMatchObject({ code: 2 });
  const one = await cluster.cli('host', 'resume', 'beta');
  expect([one.code, one.stdout]).toEqual([0, expect.stringMatching(/^beta is free again\. It was held since /)]);
  const all = await cluster.cli('host', 'resume', '--all', '--json');
  expect(all.json()).toMatchObject([{ host: 'alpha', hold: { reason: 'answers nonsense' } }]);
  expect((await cluster.cli('host', 'resume', '--all')).stdout).toBe('No host is held.\n');
  expect((await cluster.cli('status', '--json')).json()).toMatchObject({ held: [] });
  const told = (await cluster.cli('events', '--json', '-n', '200')).events<Event>();
  const of = (type: string): string[] => told.filter((event) => event.type === type).map(({ host = '' }) => host);
  // Said while Redis was away, and delivered once it is back; alpha's sidecar was killed meanwhile.
  expect([of('host.held'), of('host.resumed')]).toEqual([['beta'], ['beta', 'alpha']]);
  const version = await good();
  expect(await versions(cluster, APP)).toEqual(both(version));
});

it('takes hosts at rest to the release before; a second emergency does not bring the bad one again', async () => {
  const before = await good();
  await good();
  await killBoth();
  expect(ends(await emergency())).toEqual(both('back'));
  expect(await versions(cluster, APP)).toEqual(both(`${before} held`));
  const resumed = await cluster.cli('host', 'resume', '--all', '--direct', '--json');
  expect([resumed.code, ends(resumed)]).toEqual([0, both('free')]);
  expect(await versions(cluster, APP)).toEqual(both(before));
  expect(ends(await emergency())).toEqual(both('back'));
  expect(await versions(cluster, APP)).toEqual(both(`${before} held`));
  for (const host of ['alpha', 'beta']) expect(runs(host)).toEqual([`vision ${before}`]);
  expect((await cluster.cli('host', 'resume', '--all', '--direct')).code).toBe(0);
  await bringBack();
});

it('a leader that lives makes way at once', async () => {
  const before = await good();
  const { run } = await onTrial();
  const done = await emergency('--hosts', 'alpha');
  expect([done.code, ends(done)]).toEqual([0, { alpha: 'back' }]);
  expect(await run.result).toMatchObject({ code: 21 });
  expect(await versions(cluster, APP)).toEqual({ alpha: `${before} held`, beta: before });
  expect(runs('alpha')).toEqual([`vision ${before}`]);
  expect((await cluster.cli('host', 'resume', '--all')).code).toBe(0);
});

it('with hosts that have committed already, a rollout of --commit each makes way too', async () => {
  const before = await good();
  serial += 1;
  const version = `1.${serial}.0`;
  setMark(cluster, APP, 'beta');
  await cluster.push(version, tree(APP, { vision: marked(cluster, APP, 18501, serial) }));
  const run = cluster.follow(
    ['rollout', '--app', APP, '--version', version, '--yes', '--json', '--bake', '100ms', '--commit', 'each'],
    { timeoutMs: 300_000 },
  );
  await run.line(isStep('alpha', 'committed'));
  await run.line(isStep('beta', 'switching'));
  await killBoth();
  expect(ends(await emergency())).toEqual(both('back'));
  expect(await versions(cluster, APP)).toEqual(both(`${before} held`));
  await bringBack();
  expect(await run.result).toMatchObject({ code: 21 });
  expect(await versions(cluster, APP)).toEqual(both(`${before} held`));
  clearMark(cluster, APP, 'beta');
  expect((await cluster.cli('host', 'resume', '--all')).code).toBe(0);
});

it('through the coordinator aborts what is under way and rolls back what has ended', async () => {
  const before = await good();
  const { run } = await onTrial({});
  expect(await cluster.cli('emergency')).toMatchObject({
    code: 2,
    stderr: 'Error: Take every app on every host back to the last good release? Nobody can be asked here: say --yes.\n',
  });
  expect(await cluster.cli('emergency', '--yes', '--json')).toMatchObject({ code: 0 });
  expect(await run.result).toMatchObject({ code: 21 });
  expect(await versions(cluster, APP)).toEqual(both(before));
  await good();
  expect(await cluster.cli('emergency', '--yes')).toMatchObject({ code: 0 });
  expect(await versions(cluster, APP)).toEqual(both(before));
});

it('through the coordinator gives no grace to what is on trial', async () => {
  const before = await good();
  serial += 1;
  const version = `1.${serial}.0`;
  // It would take an hour to be rid of it otherwise.
  const deaf = {
    ...{ command: fault('ignore-sigterm.mjs'), stop_grace_period: '1h' },
    ...{ environment: { REV: version }, healthcheck: { exec: ['true'] } },
  };
  await cluster.push(version, tree(APP, { vision: deaf }));
  const run = cluster.follow(['rollout', '--app', APP, '--version', version, '--yes', '--json', '--bake', '1h']);
  await run.line(isStep('alpha', 'trial'));
  expect(await cluster.cli('emergency', '--yes', '--json')).toMatchObject({ code: 0 });
  expect(await run.result).toMatchObject({ code: 21 });
  expect(await versions(cluster, APP)).toEqual(both(before));
  expect(runs('alpha')).toEqual([`vision ${before}`]);
});

/** Would take an hour to be rid of. */
const stubborn = (version: string): object => ({
  ...{ command: fault('ignore-sigterm.mjs'), stop_grace_period: '1h', environment: { REV: version } },
  healthcheck: { exec: ['true'] },
});

it('through the coordinator leaves no grace to a rollout that is being taken back, nor to a rollback', async () => {
  const before = await good();
  serial += 1;
  const version = `1.${serial}.0`;
  await cluster.push(version, tree(APP, { vision: stubborn(version) }));
  const words = ['rollout', '--app', APP, '--version', version, '--json', '--strategy', 'all-at-once'];
  const run = cluster.follow([...words, '--bake', '1h']);
  await run.line(isStep('alpha', 'trial'));
  await run.line(isStep('beta', 'trial'));
  expect((await cluster.cli('rollout', 'abort', '--app', APP)).code).toBe(0);
  await run.line(isStep('beta', 'reverting'));
  expect(await cluster.cli('emergency', '--yes', '--json')).toMatchObject({ code: 0 });
  expect(await run.result).toMatchObject({ code: 21 });
  expect(await versions(cluster, APP)).toEqual(both(before));

  expect((await cluster.cli(...words, '--bake', '100ms')).code).toBe(0);
  const back = cluster.follow(['rollback', '--app', APP, '--strategy', 'graceful', '--json']);
  await back.line(isStep('beta', 'switching'));
  expect(await cluster.cli('emergency', '--yes', '--json')).toMatchObject({ code: 0 });
  expect(await back.result).toMatchObject({ code: 0 });
  expect(await versions(cluster, APP)).toEqual(both(before));
  for (const host of ['alpha', 'beta']) expect(runs(host)).toEqual([`vision ${before}`]);
});

it('through the coordinator stays where a rollout was taken back, as the hosts themselves do', async () => {
  const before = await good();
  serial += 1;
  const version = `1.${serial}.0`;
  setMark(cluster, APP, 'beta');
  await cluster.push(version, tree(APP, { vision: marked(cluster, APP, 18501, serial) }));
  const run = cluster.follow(['rollout', '--app', APP, '--version', version, '--json', '--bake', '100ms']);
  await run.line(isStep('beta', 'switching'));
  expect((await cluster.host('beta').cli('revert')).code).toBe(0);
  expect(await run.result).toMatchObject({ code: 20 });
  clearMark(cluster, APP, 'beta');
  const done = await cluster.cli('emergency', '--yes');
  expect(done).toMatchObject({ code: 0, stdout: 'Everything is back already. Nothing was changed.\n' });
  for (const host of ['alpha', 'beta']) {
    expect(done.stderr).toContain(`${APP}: ${host} stays with ${before}, the last good release there: rollout r`);
  }
  expect(await versions(cluster, APP)).toEqual(both(before));
  expect(ends(await emergency())).toEqual(both('back'));
  expect(await versions(cluster, APP)).toEqual(both(`${before} held`));
  expect((await cluster.cli('host', 'resume', '--all')).code).toBe(0);
});

it('says which hosts did not answer and what to do; 22 where some did not, 5 where none did', async () => {
  const kept = join(cluster.folder, 'state', 'outrider', 'hosts', 'local.json');
  expect(statSync(kept).mode & 0o777).toBe(0o600);
  expect(readFileSync(kept, 'utf8')).not.toContain(readFileSync(cluster.layout.token, 'utf8').trim());
  await good();
  await killBoth();
  await cluster.host('beta').daemon.kill();
  const some = await emergency('--timeout', '20s');
  expect([some.code, ends(some)]).toEqual([22, { alpha: 'back', beta: 'unreachable' }]);
  expect(some.stderr).toContain('1 of 2 hosts are back and held.');
  expect(some.stderr).toContain('No answer from beta: nothing was changed there. Say this again as soon as');
  const none = await emergency('--hosts', 'beta', '--timeout', '1s');
  expect([none.code, ends(none)]).toEqual([5, { beta: 'unreachable' }]);

  const env = { OUTRIDER_TOKEN_FILE: join(cluster.folder, 'other-token') };
  writeFileSync(env.OUTRIDER_TOKEN_FILE, 'this-is-another-token\n', { mode: 0o600 });
  const stranger = cluster.follow(['emergency', '--direct', '--yes', '--json', '--hosts', 'alpha'], { env });
  expect(await stranger.result).toMatchObject({ code: 4 });
  expect((await stranger.result).stdout).toContain('OUTRIDER_TOKEN_FILE');
  cluster.host('beta').daemon.start();
  await bringBack();
  expect((await cluster.cli('host', 'resume', '--all')).code).toBe(0);
});

it.each([
  ['no', 'n\r'],
  ['nothing', '\r'],
  ['Ctrl-D', '\u0004'],
  ['Ctrl-C', '\u0003'],
])('on a terminal asks first, and %s changes nothing', async (_, keys) => {
  const before = await versions(cluster, APP);
  const { code, shown } = await typed(keys, 'emergency', '--direct');
  expect(shown).toMatch(
    /Kill what runs and take alpha, beta \(local, as \S+ said at \S+\) back to the last good release/,
  );
  expect([code, shown]).toEqual([4, expect.stringContaining('Error: Nothing was changed.')]);
  expect(await versions(cluster, APP)).toEqual(before);
});

it('on a terminal asks first, and does it where the answer is yes', async () => {
  const { code, shown } = await typed('yes\r', 'emergency', '--direct', '--hosts', 'beta');
  expect([code, shown]).toEqual([0, expect.stringMatching(/^beta \(\S+\) {2}.*back.* {2}crew on 1\./m)]);
  expect((await cluster.cli('host', 'resume', 'beta')).code).toBe(0);
});

it('takes the hosts of a file, checks who answers, and names what is wrong with its line', async () => {
  const file = join(cluster.folder, 'hosts.yaml');
  const { network } = cluster.layout;
  writeFileSync(file, `alpha: ${network}.12:7070\nbeta: ${network}.12\n`);
  const swapped = await emergency('--hosts-file', file);
  expect([swapped.code, ends(swapped)]).toEqual([22, { alpha: 'refused', beta: 'back' }]);
  const [wrong] = swapped.events<Answer>().filter(({ host }) => host === 'alpha');
  expect(wrong?.problem).toBe('This is beta of local, not alpha. Nothing was changed.');
  const freed = await cluster.cli('host', 'resume', 'beta', '--direct', '--hosts-file', file);
  expect([freed.code, freed.stdout]).toEqual([0, expect.stringContaining('free')]);
  const cases: readonly (readonly [string, RegExp])[] = [
    ['alpha: nowhere:\n', /hosts\.yaml:1: /],
    [
      'beta: 127.0.0.1:7070\nalpha: [1]\n',
      /hosts\.yaml:2: The host alpha needs HOST:PORT of its sidecar's gRPC, such as/,
    ],
    ['- Alpha: 127.0.0.1\n', /hosts\.yaml:1: "Alpha" is no name of a host/],
    ['', /hosts\.yaml:1: There is no host in it/],
  ];
  for (const [text, sentence] of cases) {
    writeFileSync(file, text);
    expect(await emergency('--hosts-file', file)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(sentence) as string,
    });
  }
  expect(await emergency('--hosts', 'betta')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean "beta"?') as string,
  });
  expect(await emergency('--environment', 'production')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('No hosts of production are known here') as string,
  });
  expect(existsSync(join(cluster.folder, 'state', 'outrider', 'hosts', 'production.json'))).toBe(false);
});

it('on the host itself needs nobody: `sidecar emergency` and `sidecar resume`', async () => {
  const before = await good();
  const { run } = await onTrial();
  await killBoth();
  const here = new Here(cluster);
  const socket = ['--socket', join(cluster.folder, 'alpha', 'run', 'sidecar.sock')];
  expect(await here.run('emergency', ...socket)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Nobody can be asked here: say --yes.') as string,
  });
  const done = await here.must('emergency', '--yes', '--reason', 'by hand', ...socket);
  expect(done.stdout).toMatch(new RegExp(`^alpha is held since .* \\(by hand\\).*\\n${APP}: on ${before}\\.\\n$`));
  expect(runs('alpha')).toEqual([`vision ${before}`]);
  expect((await here.must('status', ...socket)).stdout).toMatch(/^Held since .* \(by hand\)/m);
  expect((await here.must('resume', ...socket)).stdout).toMatch(/^alpha is free again\. It was held since /);
  expect((await here.must('resume', ...socket)).stdout).toBe('alpha was not held. Nothing was changed.\n');
  await bringBack();
  // Resumed before any leader saw the hold: to that one alpha has gone back by itself, with the person's words.
  expect(await run.result).toMatchObject({ code: 20 });
  expect(lastEvent(await run.result).reason).toMatch(/^alpha: emergency by .*: by hand$/);
  expect(await versions(cluster, APP)).toEqual(both(before));
});
