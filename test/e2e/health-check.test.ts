// The operations guide's health_check.py, unchanged, against a real fleet with a real Prometheus. Its names (localhost,
// pc2) are those of hosts that have addresses of their own here: it runs with an /etc/hosts of its own.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { cleanEnvironment } from '../support/cluster-layout.js';
import { clearMark, type Event, marked, setMark, tree } from '../support/rollout-kit.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = join(ROOT, 'test/fixtures/health_check.py');
const PACKAGES = ['zmq', 'redis', 'requests'].map((name) => `/usr/lib/python3/dist-packages/${name}`);
const isPossible =
  process.getuid?.() === 0 &&
  [...PACKAGES, '/usr/bin/prometheus', '/usr/bin/unshare'].every((path) => existsSync(path));
if (!isPossible) {
  console.log(
    'test/e2e/health-check.test.ts was not run: it needs root, Prometheus and zmq, redis, requests for Python.',
  );
}
const whenPossible = it.skipIf(!isPossible);

let cluster: Cluster;
let prometheus: ChildProcess;
const GATES = [
  { metric: 'agent_restarts', max: 0 },
  { metric: 'errors_per_minute', max: 0 },
];
const AGENT = { start_period: '1s' };
const release = (version: string, rev: number): Promise<void> => {
  const vision = marked(cluster, 'vision', 18851, rev) as { readonly healthcheck: object };
  const agents = { vision: { ...vision, healthcheck: { ...vision.healthcheck, ...AGENT } } };
  return cluster.push(version, { ...tree('crew', agents), gates: GATES });
};

beforeAll(async () => {
  if (!isPossible) return;
  cluster = await startCluster();
  prometheus = await startPrometheus();
  await release('1.0.0', 1);
  await release('1.1.0', 2);
  const first = await cluster.rollout('1.0.0');
  expect(first.code, first.stderr).toBe(0);
});
afterAll(async () => {
  if (!isPossible) return;
  prometheus.kill();
  await once(prometheus, 'exit');
  await cluster.stop();
});

/** Of the same prometheus.yml that the guide has, as far as it is about agents. */
async function startPrometheus(): Promise<ChildProcess> {
  const folder = join(cluster.folder, 'prometheus');
  mkdirSync(folder);
  const [main, pc2] = [cluster.host('main-pc').address, cluster.host('pc2').address];
  const job = (name: string, address: string) => ({
    ...{ job_name: name, scrape_interval: '1s', metrics_path: '/metrics' },
    static_configs: [{ targets: [`${address}:8000`] }],
  });
  const config = { scrape_configs: [job('ai-system-main', main), job('ai-system-pc2', pc2)] };
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const child = spawn(
    '/usr/bin/prometheus',
    [
      ...[`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`],
      `--web.listen-address=${main}:9090`,
    ],
    { stdio: 'ignore' },
  );
  await eventually(async () => (await fetch(`http://${main}:9090/-/healthy`).catch(() => null))?.status === 200, {
    timeoutMs: 60_000,
  });
  return child;
}

interface Said {
  readonly code: number;
  readonly text: string;
}

function healthCheck(): Promise<Said> {
  const hosts = join(cluster.folder, 'hosts');
  const addresses = { localhost: cluster.host('main-pc').address, pc2: cluster.host('pc2').address };
  writeFileSync(
    hosts,
    Object.entries(addresses)
      .map(([name, address]) => `${address} ${name}\n`)
      .join(''),
  );
  const env = {
    ...{ ...cleanEnvironment(cluster.layout), PYTHONPATH: join(ROOT, 'examples/python'), PYTHONIOENCODING: 'utf-8' },
    ...{ AI_REDIS_HOST: cluster.redis.host, AI_REDIS_PORT: String(cluster.redis.port), PYTHONDONTWRITEBYTECODE: '1' },
    OUTRIDER_RUN_DIR: join(cluster.folder, 'main-pc', 'run'),
  };
  const shell = 'mount --bind "$1" /etc/hosts && exec /usr/bin/python3 "$2"';
  return new Promise((resolve) => {
    execFile('/usr/bin/unshare', ['-m', 'sh', '-c', shell, 'sh', hosts, SCRIPT], { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, text: `${stdout}${stderr}` });
    });
  });
}

const until = (code: number): Promise<Said> => {
  const last: { said?: Said } = {};
  return eventually(
    async () => {
      last.said = await healthCheck();
      return last.said.code === code ? last.said : null;
    },
    { timeoutMs: 90_000, describe: () => `health_check.py to end with ${code}; it said ${last.said?.text ?? ''}` },
  );
};

whenPossible('all is healthy, and the error bus has passed it on', async () => {
  const { text } = await until(0);
  expect(text).toContain('Checking Redis Connection... \u2713 Redis is healthy');
  expect(text).toContain('Checking Cross-Machine Communication... \u2713 Cross-machine communication is healthy');
  expect(text).toContain('\u2713 All health checks passed');
  await eventually(
    async () => {
      const { stdout } = await cluster.cli('events', '-n', '200', '--json');
      return stdout.includes('Health check test message');
    },
    { timeoutMs: 20_000 },
  );
});

whenPossible('an agent of pc2 that is killed and does not get well again is told, and nothing else', async () => {
  setMark(cluster, 'vision', 'pc2');
  for (const { pid } of cluster.agents('pc2', 'vision')) process.kill(pid, 'SIGKILL');
  // Its lines are asked one after the other, so that the first run may see it in between.
  const text = await eventually(async () => {
    const { text: said } = await until(1);
    expect(said).toContain('\u2717 PC2 agents check failed: 503');
    return said;
  });
  expect(text).toContain('\u2713 Main PC agents are healthy');
  expect(text).toContain('\u2717 Cross-machine communication failed: unhealthy: 1 of 1 agents: vision');
  expect(text.match(/\u2717/g)).toHaveLength(3);
  clearMark(cluster, 'vision', 'pc2');
  await until(0);
});

whenPossible('asking again and again during a trial fails no gate', async () => {
  const rollout = cluster.rollout('1.1.0', '--bake', '6s');
  const ended = { yet: false };
  void rollout.finally(() => (ended.yet = true));
  let asked = 0;
  while (!ended.yet) {
    await healthCheck();
    asked += 1;
  }
  const result = await rollout;
  expect(result.code, result.stdout).toBe(0);
  const events = result.events<Event>().map(({ type }) => type);
  expect(events).not.toContain('rollout.gate.failed');
  expect(asked).toBeGreaterThan(3);
});
