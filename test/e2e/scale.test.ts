/** How many instances of an agent run on a host: by a person, by what they use, and what a rollout makes of it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import type { Plan } from '@outrider/shared/domain/rollout.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import type { CliResult } from '../support/cli-run.js';
import { WITH_ZEROMQ } from '../support/talkative.js';
import { asked, fault, lastEvent, pids, tree } from '../support/rollout-kit.js';

const HOSTS = ['alpha', 'beta'];
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ hosts: HOSTS, sidecar: { samples: { every: '200ms' } } });
});
afterAll(() => cluster.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(cluster.lastWords())));

/** Each instance listens on a port of its own. */
const web = (rev: number, more: object = {}): object => {
  const address = '${OUTRIDER_HOST_ADDRESS}:1840${OUTRIDER_INSTANCE}';
  return {
    command: fault('healthy.mjs', address),
    environment: { REV: `${rev}` },
    healthcheck: { ...asked(1), http: { url: `http://${address}/` } },
    files: ['code.txt'],
    stop_grace_period: '2s',
    ...more,
  };
};

const scale = (agent: string, replicas: number | string, ...words: readonly string[]): Promise<CliResult> =>
  cluster.cli('agent', 'scale', agent, `${replicas}`, '--json', ...words);

/** `host/agent.instance` of all that runs of an app, by its pid. */
const running = (app: string): readonly string[] => Object.keys(pids(cluster, app)).sort();
const named = (host: string, agent: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${host}/${agent}.${index}`);

async function wantedOn(host: string, app: string, agent: string) {
  const status = await cluster.host(host).remote.Status({});
  return status.apps.find((one) => one.app === app)?.agents.find(({ name }) => name === agent);
}

interface Scaled {
  readonly host: string;
  readonly agent: string;
  readonly by: string;
  readonly reason?: string;
  readonly data: { readonly from: number; readonly to: number };
}
const scalings = async (agent: string, host: string): Promise<readonly Scaled[]> => {
  const all = (await cluster.cli('events', '--json', '-n', '1000')).events<Scaled & { readonly type: string }>();
  return all.filter((event) => event.type === 'agent.scaled' && event.agent === agent && event.host === host);
};

describe('by a person', () => {
  const APP = 'crew';
  beforeAll(async () => {
    await cluster.push('1.0.0', tree(APP, { web: web(1), quiet: { command: ['sleep', '1000'], hosts: ['beta'] } }));
    expect((await cluster.rollout('1.0.0', '--app', APP)).code).toBe(0);
  });

  it('on every host that has the agent, or on one, and what ran runs on', async () => {
    const before = pids(cluster, APP);
    const result = await scale('web', 3);
    expect([result.code, result.stderr]).toEqual([0, '']);
    const instances = result.json<readonly InstanceStatus[]>();
    expect(instances.map(({ host, instance, ready }) => [host, instance, ready])).toEqual(
      HOSTS.flatMap((host) => [0, 1, 2].map((instance) => [host, instance, true])),
    );
    expect(pids(cluster, APP)).toMatchObject(before);
    expect((await scale('web', 1, '--host', 'alpha')).code).toBe(0);
    expect(running(APP)).toEqual([...named('alpha', 'web', 1), 'beta/quiet.0', ...named('beta', 'web', 3)]);
    expect(await wantedOn('beta', APP, 'web')).toMatchObject({ replicas: 3, scaled: { declared: 1 } });
    // What a host tells comes by way of Redis.
    await eventually(async () =>
      expect(await scalings('web', 'alpha')).toMatchObject([
        { data: { from: 1, to: 3 }, by: expect.stringMatching(/.+/) as string },
        { data: { from: 3, to: 1 } },
      ]),
    );
    const metrics = await (await fetch(`http://${cluster.host('beta').address}:8000/metrics`)).text();
    expect(metrics).toContain(`outrider_agent_replicas{app="${APP}",agent="web",host="beta"} 3`);
    expect(metrics).toContain(`outrider_agent_scalings_total{app="${APP}",agent="web",direction="up",host="beta"} 1`);
  });

  it('is remembered by a sidecar that is killed, and said to people of the host', async () => {
    await scale('web', 3);
    const before = pids(cluster, APP);
    const { daemon } = cluster.host('beta');
    await daemon.kill();
    daemon.start();
    await cluster.ready();
    await eventually(async () => (await wantedOn('beta', APP, 'web'))?.replicas === 3);
    expect(pids(cluster, APP)).toEqual(before);
    const { stdout } = await cluster.host('beta').cli('status');
    expect(stdout).toMatch(/\n {2}web scaled to 3 \(release says 1\) since \S+ by \S+\n/);
    expect((await cluster.cli('agents')).stdout).toMatch(
      /\nbeta {2}crew\/web scaled to 3 \(release says 1\) since \S+ by \S+\n/,
    );
    expect((await cluster.host('beta').cli('scale', 'web', '2')).code).toBe(0);
    expect(running(APP)).toEqual([...named('alpha', 'web', 3), 'beta/quiet.0', ...named('beta', 'web', 2)]);
  });

  it('none is a number too', async () => {
    expect((await scale('quiet', 0)).json()).toEqual([]);
    expect(running(APP).filter((name) => name.includes('quiet'))).toEqual([]);
    expect((await scale('quiet', 1)).code).toBe(0);
    expect(running(APP)).toContain('beta/quiet.0');
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ['an agent that is not there', ['wbe', '2'], 2, /^Error: There is no agent wbe\. Did you mean "web"\?/],
    [
      'an agent that is on another host',
      ['quiet', '2', '--host', 'alpha'],
      2,
      /^Error: There is no agent quiet on alpha\. There are web\./,
    ],
    [
      'a host that is not there',
      ['web', '2', '--host', 'gamma'],
      2,
      /gamma is no host of this fleet; it has alpha, beta/,
    ],
    ['no number', ['web', 'many'], 2, /Expected is a number from 0 to 1000\./],
    ['too many', ['web', '1001'], 2, /Expected is a number from 0 to 1000\./],
  ])('%s is refused', async (_what, words, code, sentence) => {
    const [agent = '', replicas = '', ...more] = words;
    const before = running(APP);
    const result = await scale(agent, replicas, ...more);
    expect([result.code, result.stderr]).toEqual([code, expect.stringMatching(sentence) as string]);
    expect(running(APP)).toEqual(before);
  });

  it('not in the middle of a rollout', async () => {
    await cluster.push('2.0.0', tree(APP, { web: web(2) }));
    const words = ['--app', APP, '--version', '2.0.0', '--bake', '10m', '--yes', '--json'];
    const rollout = cluster.follow(['rollout', ...words]);
    await rollout.line((line) => line.includes('rollout.host.trial'));
    const result = await scale('web', 2, '--host', 'alpha');
    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(
      /alpha: crew: 2\.0\.0 is on trial in rollout r\d+ .*scale web once that is committed or has gone back\./,
    );
    await cluster.cli('rollout', 'abort', '--app', APP);
    await rollout.result;
    // As many as before: a trial that goes back leaves no other number behind.
    await eventually(() =>
      expect(running(APP).filter((name) => name.startsWith('alpha/'))).toEqual(named('alpha', 'web', 3)),
    );
  });
});

describe('a rollout', () => {
  const APP = 'carried';
  const plan = async (version: string): Promise<Plan> =>
    (await cluster.cli('rollout', '--version', version, '--app', APP, '--plan', '--json')).json<Plan>();
  const count = (given: Plan, action: string): number =>
    given.hosts.flatMap(({ actions }) => actions).filter((one) => one.action === action).length;

  it('keeps what load has grown where the release has bounds, and says where it does not', async () => {
    const worker = (rev: number, replicas: unknown): object => ({
      ...web(rev, { replicas, hosts: ['beta'] }),
      command: ['sleep', '1000'],
      healthcheck: { exec: ['true'], for: 'startup' },
    });
    await cluster.push('1.0.0', tree(APP, { worker: worker(1, { min: 1, max: 4 }) }));
    expect((await cluster.rollout('1.0.0', '--app', APP)).code).toBe(0);
    expect((await scale('worker', 5)).stderr).toMatch(
      /beta: worker can have from 1 to 4 instances on a host by its release \(`replicas` in agents\.yaml\), not 5\./,
    );
    expect((await scale('worker', 0)).stderr).toMatch(/can have from 1 to 4 instances/);
    expect((await scale('worker', 4)).code).toBe(0);

    await cluster.push('2.0.0', tree(APP, { worker: worker(2, { min: 2, max: 3 }) }));
    const carried = await plan('2.0.0');
    expect([count(carried, 'replace'), count(carried, 'remove'), count(carried, 'add')]).toEqual([3, 1, 0]);
    expect(lastEvent(await cluster.rollout('2.0.0', '--app', APP)).type).toBe('rollout.succeeded');
    expect(running(APP)).toEqual(named('beta', 'worker', 3));

    await cluster.push('3.0.0', tree(APP, { worker: worker(3, 1) }));
    const plain = await plan('3.0.0');
    expect([count(plain, 'replace'), count(plain, 'remove')]).toEqual([1, 2]);
    expect(plain.notices).toContainEqual(
      expect.stringMatching(/^worker on beta: scaled to 3 \(since \S+, by \S+\), release says 1\.$/),
    );
    expect((await cluster.rollout('3.0.0', '--app', APP)).code).toBe(0);
    expect(running(APP)).toEqual(named('beta', 'worker', 1));
    expect(await wantedOn('beta', APP, 'worker')).toMatchObject({ replicas: 1, scaled: null });
  });
});

describe('by what they use', () => {
  const APP = 'load';
  const mark = (name: string): string => join(cluster.folder, name);
  const most = (all: readonly Scaled[]): number => Math.max(...all.flatMap(({ data }) => [data.from, data.to]));

  it('more where the processor is used, within bounds, and fewer again', async () => {
    // Whoever burns gets more than that of any machine; whoever does not needs less.
    const replicas = { min: 1, max: 3, target: { cpu: '4%' }, cooldown: '1s' };
    const burner = { command: fault('burn-on-mark.mjs', mark('burn')), hosts: ['alpha'], replicas };
    await cluster.push('1.0.0', tree(APP, { burner }));
    expect((await cluster.rollout('1.0.0', '--app', APP)).code).toBe(0);
    writeFileSync(mark('burn'), '');
    await eventually(async () => (await wantedOn('alpha', APP, 'burner'))?.replicas === 3, { timeoutMs: 120_000 });
    await eventually(() => expect(running(APP)).toEqual(named('alpha', 'burner', 3)));
    const wanted = await wantedOn('alpha', APP, 'burner');
    expect(wanted?.scaled).toMatchObject({ declared: 1, by: 'metric' });
    expect(wanted?.scaled?.reason).toMatch(/^cpu is at \d+% of each instance, its target is 4%$/);
    rmSync(mark('burn'));
    await eventually(async () => (await wantedOn('alpha', APP, 'burner'))?.replicas === 1, { timeoutMs: 120_000 });
    await eventually(() => expect(running(APP)).toEqual(named('alpha', 'burner', 1)));
    const all = await scalings('burner', 'alpha');
    expect(most(all)).toBe(3);
    expect(all.every(({ by, reason = '' }) => by === 'metric' && reason.startsWith('cpu is at '))).toBe(true);
  });

  it('and by a gauge that they say themselves', async () => {
    writeFileSync(mark('queue'), '0');
    const replicas = { min: 1, max: 2, target: { queue_length: 5 }, cooldown: '1s' };
    const reader = {
      ...{ command: fault('gauge-from-file.cjs', mark('queue')), hosts: ['beta'], replicas },
      environment: WITH_ZEROMQ,
    };
    await cluster.push('1.0.0', tree('gauged', { reader }));
    expect((await cluster.rollout('1.0.0', '--app', 'gauged')).code).toBe(0);
    writeFileSync(mark('queue'), '40');
    await eventually(() => expect(running('gauged')).toEqual(named('beta', 'reader', 2)), { timeoutMs: 60_000 });
    writeFileSync(mark('queue'), '1');
    await eventually(() => expect(running('gauged')).toEqual(named('beta', 'reader', 1)), { timeoutMs: 60_000 });
    expect((await scalings('reader', 'beta'))[0]).toMatchObject({
      data: { from: 1, to: 2 },
      reason: 'queue_length is at 40 of each instance, its target is 5',
    });
  });
});
