/** A real fleet, watched by a real Prometheus with the files of deploy/: what is scraped, what is found, who is told. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { type Exposed, namesIn, readExposition } from '../support/exposition.js';
import { dashboardQueries } from '../support/dashboards.js';
import { labelsOfLog } from '../support/loki.js';
import { deployed, hasPrometheus, rulesWith, TestAlertmanager, TestPrometheus, tool } from '../support/monitoring.js';
import { makeCertificate, TlsProxy } from '../support/tls-proxy.js';
import { fault, tree, web } from '../support/rollout-kit.js';
import { WITH_ZEROMQ } from '../support/talkative.js';

const SLOW = 180_000;
const LONG = { timeoutMs: 90_000, everyMs: 100 };

interface Told {
  readonly path: string;
  readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[];
}

let cluster: Cluster;
let prometheus: TestPrometheus;
let alertmanager: TestAlertmanager;
let phone: Server;
const running: (() => Promise<unknown>)[] = [];
const told: Told[] = [];
const text = (path: string): string => readFileSync(deployed(path), 'utf8');

/** Each as often as it stands there; at least once, or the file has changed and the test with it. */
function replaced(source: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((all, [from, to]) => {
    expect(all).toContain(from);
    return all.replaceAll(from, to);
  }, source);
}

async function startPhone(): Promise<number> {
  phone = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { alerts } = JSON.parse(Buffer.concat(pieces).toString()) as Pick<Told, 'alerts'>;
      told.push({ path: request.url ?? '', alerts });
      response.end();
    });
  }).listen(0, '127.0.0.1');
  running.push(async () => phone.close());
  await once(phone, 'listening');
  return (phone.address() as AddressInfo).port;
}

/** The files of deploy/ as they are, but for addresses, and for times: a test has no minutes to wait. */
async function startMonitoring(): Promise<void> {
  const { network, folder } = cluster.layout;
  const rules = rulesWith(folder, { alerts: { '*': { for: '1s' } } });
  expect(rules).toMatchObject({ code: 0, stderr: '' });
  const port = await startPhone();
  alertmanager = await TestAlertmanager.start(
    join(folder, 'alertmanager'),
    `${network}.3:9093`,
    replaced(text('alertmanager/alertmanager.yml'), {
      '127.0.0.1:9099': `127.0.0.1:${port}`,
      'group_wait: 15s': 'group_wait: 1s',
      'group_interval: 2m': 'group_interval: 1s',
    }),
  );
  running.push(() => alertmanager.stop());
  prometheus = await TestPrometheus.start({
    folder: join(folder, 'prometheus'),
    address: `${network}.3:9090`,
    files: {
      'rules/outrider.yml': rules.stdout,
      'prometheus.yml': replaced(text('prometheus/prometheus.yml'), {
        '127.0.0.1:7777': `${network}.1:7777`,
        '127.0.0.1:9090': `${network}.3:9090`,
        '127.0.0.1:9093': `${network}.3:9093`,
        ' 15s': ' 1s',
        ' 30s': ' 1s',
      }),
    },
  });
  running.push(() => prometheus.stop());
}

const mark = (): string => join(cluster.folder, 'vision.mark');

beforeAll(async () => {
  if (!hasPrometheus) return;
  cluster = await startCluster();
  running.push(() => cluster.stop());
  const vision = { command: fault('exit-on-mark.sh', mark(), '3'), hosts: ['pc2'], stop_grace_period: '1s' };
  const speaks = { environment: { ...WITH_ZEROMQ }, stop_grace_period: '1s' };
  const speech = { command: fault('many-errors.cjs', 'warning'), ...speaks };
  const tasks = { command: fault('count-tasks.cjs', '100'), ...speaks };
  const beats = { command: fault('stop-beating.cjs', '3600'), ...speaks };
  writeFileSync(join(cluster.folder, 'queue'), '7');
  const queue = { command: fault('gauge-from-file.cjs', join(cluster.folder, 'queue')), ...speaks };
  await cluster.push('1.0.0', tree('assistants', { memory: web(18201), vision, speech, tasks, beats, queue }));
  expect(await cluster.rollout('1.0.0', '--app', 'assistants')).toMatchObject({ code: 0 });
  await startMonitoring();
}, SLOW);

afterAll(async () => {
  // The last first, and the others also where one does not end.
  const failures: unknown[] = [];
  for (const stop of running.reverse()) await stop().catch((error: unknown) => failures.push(error));
  expect(failures).toEqual([]);
});

async function exposed(which: 'coordinator' | 'main-pc' | 'pc2'): Promise<Exposed> {
  const { network } = cluster.layout;
  const address = which === 'coordinator' ? `${network}.1:7777` : `${cluster.host(which).address}:8000`;
  return readExposition(await (await fetch(`http://${address}/metrics`)).text());
}

/** Does nothing, differently in each version. */
const quiet = (rev: number): object => ({
  command: ['sleep', '100000'],
  environment: { REV: `${rev}` },
  stop_grace_period: '1s',
});

/** Those that speak of the machine say nothing about Outrider. */
const OF_MACHINE = /^Outrider(Disk|Memory|Cpu|EventLoop)/;
const firing = async (): Promise<string[]> =>
  (await prometheus.alerts())
    .map(({ labels }) => labels['alertname'] ?? '')
    .filter((name) => !OF_MACHINE.test(name))
    .sort();

const toldOf = (path: string, name: string) =>
  told
    .filter((one) => one.path === path)
    .flatMap(({ alerts }) => alerts)
    .find(({ labels }) => labels['alertname'] === name);

describe.runIf(hasPrometheus)('deploy/ on a real fleet', () => {
  it.each(['coordinator', 'pc2'] as const)('promtool finds nothing to say about /metrics of %s', async (which) => {
    const { text: all, types } = await exposed(which);
    expect(types.size).toBeGreaterThan(10);
    expect(tool('promtool', ['check', 'metrics'], all)).toEqual({ code: 0, said: '' });
  });

  it('finds coordinator and sidecars by itself, and tells them apart', async () => {
    const targets = await eventually(async () => {
      const all = (await prometheus.targets()).filter(({ labels }) => labels['job'] === 'outrider');
      expect(all.map(({ health, lastError }) => `${health}${lastError}`)).toEqual(['up', 'up', 'up']);
      return all;
    }, LONG);
    expect(targets.map(({ labels }) => `${labels['component']} ${labels['host'] ?? '-'}`).sort()).toEqual([
      'coordinator -',
      'sidecar main-pc',
      'sidecar pc2',
    ]);
    const ready = await prometheus.query('outrider_agent_ready{agent="memory"}');
    expect(ready.map(({ metric }) => `${metric['host']} ${metric['instance']}`).sort()).toEqual(['main-pc 0', 'pc2 0']);
    expect(ready[0]?.metric).toMatchObject({ app: 'assistants', environment: 'local', component: 'sidecar' });
    expect(Object.keys(ready[0]?.metric ?? {}).filter((label) => label.startsWith('exported_'))).toEqual([]);
  });

  it('a fleet that is well raises nothing, and no rule is in trouble', async () => {
    await eventually(async () => expect(await firing()).toEqual([]), LONG);
    expect(await prometheus.brokenRules()).toEqual([]);
  });

  it.each([
    ['Of a coordinator', 'coordinator'],
    ['Of a sidecar', 'pc2'],
  ] as const)('docs/reference/metrics.md: %s', async (section, which) => {
    const own = [...(await exposed(which)).types.keys()].filter((name) => !FREE.test(name));
    expect(own.sort()).toEqual(documented(section).filter((name) => !FREE.test(name)));
  });

  it('the labels of logs are those of the agents that wrote them', () => {
    const logs = readdirSync(join(cluster.folder, 'pc2/log/agents')).filter((name) => name.endsWith('.log'));
    const agents = [...new Set(cluster.agents('pc2').map(({ agent }) => agent))];
    expect(logs.map((name) => labelsOfLog(`/${name}`)?.['agent']).sort()).toEqual(agents.sort());
    for (const name of logs) expect(labelsOfLog(`/${name}`)).toMatchObject({ instance: '0', slot: undefined });
  });

  it('rules and dashboards name only what is exported', async () => {
    const { groups } = parse(text('prometheus/rules/outrider.yml')) as {
      groups: { rules: { alert: string; expr: string }[] }[];
    };
    const rules = groups.flatMap(({ rules: all }) => all).map(({ alert, expr }) => ({ where: alert, query: expr }));
    const there = new Set([...(await exposed('coordinator')).series, ...(await exposed('pc2')).series, ...THEIRS]);
    const known = (name: string): boolean => there.has(name) || (!deliveries(there) && DELIVERY.test(name));
    const named = [...rules, ...dashboardQueries()].flatMap(({ where, query }) =>
      namesIn(query).map((name) => ({ where, name })),
    );
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter(({ name }) => !known(name))).toEqual([]);
  });

  it('an agent that a person has stopped is in nobody’s way', async () => {
    expect(await cluster.cli('agent', 'stop', 'memory')).toMatchObject({ code: 0 });
    const stopped = 'outrider_agent_state{agent="memory", state="exited"}';
    await eventually(async () => expect(await prometheus.query(stopped)).toHaveLength(2), LONG);
    expect(await prometheus.query('max_over_time(outrider_agent_overdue{agent="memory"}[10m]) > 0')).toEqual([]);
    expect(await cluster.cli('agent', 'start', 'memory')).toMatchObject({ code: 0 });
  });

  it(
    'an agent that crash-loops reaches whoever is on call; that it is down is explained by that',
    async () => {
      writeFileSync(mark(), '');
      const alert = await eventually(() => toldOf('/on-call', 'OutriderAgentCrashLooping') ?? null, {
        ...LONG,
        describe: () => `the alert; told so far: ${JSON.stringify(told)}\n${cluster.lastWords()}`,
      });
      expect(alert).toMatchObject({
        status: 'firing',
        labels: { app: 'assistants', agent: 'vision', host: 'pc2', environment: 'local', severity: 'critical' },
      });
      const all = await prometheus.alerts();
      const mine = all.find(({ labels }) => labels['alertname'] === 'OutriderAgentCrashLooping');
      expect(mine?.annotations['summary']).toBe('vision on pc2 ends again and again');
      expect(all.filter(({ labels }) => labels['alertname'] === 'OutriderAgentCrashLooping')).toHaveLength(1);
      expect(toldOf('/channel', 'OutriderAgentCrashLooping')).toBeUndefined();
      await eventually(() => toldOf('/on-call', 'OutriderAgentFailed') ?? null, LONG);
      await eventually(async () => {
        const down = (await alertmanager.alerts()).find(({ labels }) => labels['alertname'] === 'OutriderAgentDown');
        expect(down).toMatchObject({ labels: { agent: 'vision' }, status: { state: 'suppressed' } });
      }, LONG);
    },
    SLOW,
  );

  it(
    'a rollout that is taken back is told to the channel',
    async () => {
      const memory = web(18201, 2, { command: fault('exit-at-once.sh') });
      await cluster.push('2.0.0', tree('other', { memory }));
      expect(await cluster.rollout('2.0.0', '--app', 'other')).toMatchObject({ code: 20 });
      const alert = await eventually(() => toldOf('/channel', 'OutriderRolloutRolledBack') ?? null, LONG);
      expect(alert.labels).toMatchObject({ app: 'other', environment: 'local', severity: 'warning' });
    },
    SLOW,
  );

  it(
    'a rollout that somebody has paused is told to the channel, until it is over',
    async () => {
      await cluster.push('3.0.0', tree('other', { quiet: quiet(3) }));
      const words = ['--version', '3.0.0', '--app', 'other', '--bake', '10m', '--yes', '--detach'];
      expect(await cluster.cli('rollout', ...words)).toMatchObject({ code: 0 });
      expect(await cluster.cli('rollout', 'pause')).toMatchObject({ code: 0 });
      const alert = await eventually(() => toldOf('/channel', 'OutriderRolloutPaused') ?? null, LONG);
      expect(alert.labels).toMatchObject({ app: 'other', environment: 'local', severity: 'warning' });
      expect(await cluster.cli('rollout', 'abort')).toMatchObject({ code: 0 });
      await eventually(async () => expect(await firing()).not.toContain('OutriderRolloutPaused'), LONG);
    },
    SLOW,
  );

  it(
    'a sidecar that dies is told of by Prometheus and by the coordinator, and that it has drifted when it is back',
    async () => {
      await cluster.push('4.0.0', tree('other', { quiet: quiet(4) }));
      expect(await cluster.rollout('4.0.0', '--app', 'other')).toMatchObject({ code: 0 });
      await cluster.host('main-pc').daemon.kill();
      const dead = await eventually(() => toldOf('/on-call', 'OutriderSidecarNotScraped') ?? null, LONG);
      expect(dead.labels).toMatchObject({ host: 'main-pc', component: 'sidecar' });
      await eventually(() => toldOf('/on-call', 'OutriderHostDown') ?? null, LONG);
      await cluster.push('5.0.0', tree('other', { quiet: quiet(5) }));
      expect(await cluster.rollout('5.0.0', '--app', 'other', '--skip-down')).toMatchObject({ code: 0 });
      cluster.host('main-pc').daemon.start();
      await eventually(async () => expect(await firing()).not.toContain('OutriderHostDown'), LONG);
      const drifted = await eventually(() => toldOf('/channel', 'OutriderHostDrifted') ?? null, LONG);
      expect(drifted.labels).toMatchObject({ host: 'main-pc', app: 'other', severity: 'warning' });
      expect(await cluster.rollout('5.0.0', '--app', 'other', '--hosts', 'main-pc')).toMatchObject({ code: 0 });
      await eventually(async () => expect(await firing()).not.toContain('OutriderHostDrifted'), LONG);
    },
    SLOW,
  );

  it(
    'Redis that is gone is told of, by coordinator and hosts',
    async () => {
      await cluster.redis.kill();
      await eventually(async () => {
        const all = (await prometheus.alerts()).filter(({ labels }) => labels['alertname'] === 'OutriderRedisDown');
        expect(all.map(({ labels }) => labels['host'] ?? 'coordinator').sort()).toEqual([
          'coordinator',
          'main-pc',
          'pc2',
        ]);
      }, LONG);
      await eventually(() => toldOf('/on-call', 'OutriderRedisDown') ?? null, LONG);
      await cluster.redis.restart();
      await eventually(async () => expect(await firing()).not.toContain('OutriderRedisDown'), LONG);
    },
    SLOW,
  );

  it(
    'every query of the dashboards is one that Prometheus answers, all but few with something',
    async () => {
      const silent = async (): Promise<string[]> => {
        const all = await Promise.all(
          dashboardQueries().map(async ({ where, query }) => ({
            where,
            found: (await prometheus.query(query)).length,
          })),
        );
        return all.filter(({ found }) => found === 0).map(({ where }) => where);
      };
      await eventually(async () => expect((await silent()).filter((where) => !QUIET.test(where))).toEqual([]), LONG);
    },
    SLOW,
  );

  it(
    'prometheus-tls.yml finds and scrapes all of it through TLS, with a token',
    async () => {
      const { network, folder } = cluster.layout;
      const own = join(folder, 'tls-prometheus');
      mkdirSync(join(own, 'tls'), { recursive: true });
      const places = [`${network}.1`, ...[...cluster.hosts.values()].map(({ address }) => address)];
      const name = 'coordinator.example.org';
      makeCertificate(join(own, 'tls'), [name, ...places]);
      const proxies = await Promise.all(
        places.map((host, index) =>
          TlsProxy.start({
            ...{ host, port: 8443, to: index === 0 ? 7777 : 8000 },
            ...{ token: 'a-token-of-the-proxy', certificates: join(own, 'tls') },
          }),
        ),
      );
      const other = await TestPrometheus.start({
        folder: own,
        address: `${network}.5:9090`,
        files: {
          'tls/token': 'a-token-of-the-proxy\n',
          'prometheus.yml': replaced(text('prometheus/prometheus-tls.yml'), {
            '127.0.0.1:9093': `${network}.3:9093`,
            ' 15s': ' 1s',
            ' 30s': ' 1s',
          }),
        },
        names: { [name]: `${network}.1` },
      });
      try {
        await eventually(async () => {
          const ours = (await other.targets()).filter(({ labels }) => labels['job'] === 'outrider');
          expect(ours.map(({ scrapeUrl, health }) => `${scrapeUrl} ${health}`).sort()).toEqual(
            places.map((host) => `https://${host}:8443/metrics up`).sort(),
          );
        }, LONG);
        expect(proxies.map(({ refused }) => refused)).toEqual([0, 0, 0]);
      } finally {
        await other.stop();
        for (const proxy of proxies) proxy.stop();
      }
    },
    SLOW,
  );

  it(
    'a prometheus.yml that names localhost and pc2 by hand has both jobs up, as it stands',
    async () => {
      const own = fileURLToPath(new URL('ai-system-prometheus.yml', import.meta.url));
      const { network, folder } = cluster.layout;
      const other = await TestPrometheus.start({
        folder: join(folder, 'ai-system'),
        address: `${network}.4:9090`,
        files: {
          'prometheus.yml': readFileSync(own, 'utf8'),
          'rules/outrider.yml': text('prometheus/rules/outrider.yml'),
        },
        names: { localhost: cluster.host('main-pc').address, pc2: cluster.host('pc2').address },
      });
      try {
        await eventually(async () => {
          const ours = (await other.targets()).filter(({ labels }) => labels['job']?.startsWith('ai-system-'));
          expect(ours.map(({ labels, health }) => `${labels['job']} ${health}`).sort()).toEqual([
            'ai-system-main up',
            'ai-system-pc2 up',
          ]);
        }, LONG);
        await eventually(async () => {
          const usage = await other.query('system_cpu_usage_percent');
          expect(usage.map(({ metric }) => `${metric['job']} ${metric['host']}`).sort()).toEqual([
            'ai-system-main main-pc',
            'ai-system-pc2 pc2',
          ]);
        }, LONG);
        // Without honor_labels and without the coordinator, the rules still see who crash-loops; it waits for its minute.
        const seen = 'ALERTS{alertname="OutriderAgentCrashLooping", host="pc2", agent="vision"}';
        await eventually(async () => expect(await other.query(seen)).toHaveLength(1), LONG);
        expect(await other.brokenRules()).toEqual([]);
      } finally {
        await other.stop();
      }
    },
    SLOW,
  );
});

/** Named by agents, or told of elsewhere. */
const FREE = /^outrider_(agent_metric|delivery)_/;
/** Figures of deliveries, where the coordinator has them: then each of them has to be right. */
const DELIVERY = /^outrider_delivery_/;
const deliveries = (names: ReadonlySet<string>): boolean => [...names].some((name) => DELIVERY.test(name));

/** Of Prometheus itself. */
const THEIRS = ['up', 'prometheus_sd_http_failures_total'];

/** Nobody was scaled, paused or at fault here; of deliveries see above. */
const QUIET = /^(delivery: .*|agent: starts and changes of replicas.*|rollout: errors reported.*)$/;

/** Names in the tables of docs/reference/metrics.md. */
function documented(of: string): readonly string[] {
  const page = readFileSync(fileURLToPath(new URL('../../docs/reference/metrics.md', import.meta.url)), 'utf8');
  const section = page.split('\n## ').find((one) => one.startsWith(of)) ?? '';
  return [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name).sort();
}
