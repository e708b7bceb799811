/** The programs that docs/agents-guide*.md show, under a real sidecar: ready, heard, updated and ended as the pages say. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { Load } from '../support/load.js';
import { OneHost } from '../support/one-host.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORKERS = ['python-worker', 'node-worker'];
const SERVERS = { 'python-server': 8131, 'node-server': 8132 };
const PLAIN = ['python-plain', 'node-plain'];
const hasNotify = spawnSync('systemd-notify', ['--version']).status === 0;
const hasPyzmq = existsSync('/usr/lib/python3/dist-packages/zmq');
const missing = [...(hasNotify ? [] : ['systemd-notify']), ...(hasPyzmq ? [] : ['python3-zmq'])];
if (missing.length > 0) {
  console.log(`test/e2e/agents-guide.test.ts: what needs ${missing.join(' and ')} not tried: this machine has none.`);
}

let one: OneHost;

/** A release of one of the folders of examples/agents, with what `change` makes of it, rolled out. */
async function release(
  name: 'standard' | 'zeromq',
  version: string,
  change: (agents: Document, folder: string) => void,
): Promise<void> {
  const folder = one.mark(`examples/${name}-${version}`);
  cpSync(join(ROOT, 'examples/agents', name), folder, { recursive: true });
  const document = parseDocument(readFileSync(join(folder, 'agents.yaml'), 'utf8'), { merge: true });
  change(document, folder);
  writeFileSync(join(folder, 'agents.yaml'), document.toString());
  const pushed = await one.cluster.cli('release', 'push', folder, '--version', version);
  expect(pushed.code, pushed.stderr).toBe(0);
  const words = ['--app', String(document.get('app')), '--version', version, '--bake', '0s', '--yes'];
  const { code, stdout, stderr } = await one.cluster.cli('rollout', ...words);
  expect(code, `${stdout}${stderr}`).toBe(0);
}

/** Milliseconds from the start of its process until it was ready, by the events of its host. */
async function startTook(agent: string): Promise<number> {
  const at = async (type: string): Promise<number> => {
    const [first] = await eventually(() => {
      const found = told(agent, type);
      return found.length > 0 && found;
    });
    return Date.parse(first?.at ?? '');
  };
  return (await at('agent.ready')) - (await at('agent.starting'));
}

const told = (agent: string, type: string): OutriderEvent[] =>
  one.heard.filter((event) => event.agent === agent && event.type === type);

const tasksDone = (agent: string): Promise<number> =>
  eventually(async () => (await one.metric('outrider_agent_metric_tasks_done_total', `agent="${agent}"`)) ?? null, {
    describe: `the metric of ${agent}`,
  });

/** Stops it at the beginning of a task that takes longer than its grace period. Gives back what it says from then on. */
async function stopInTask(agent: string): Promise<string[]> {
  const before = await tasksDone(agent);
  await eventually(async () => (await tasksDone(agent)) !== before);
  const stops = told(agent, 'agent.stopped').length;
  const { code, stderr } = await one.host.cli('stop', agent);
  expect(code, stderr).toBe(0);
  await eventually(() => told(agent, 'agent.stopped').length > stops);
  expect(told(agent, 'agent.stopped').at(-1)?.reason).not.toContain('did not end within');
  const lines = one.logOf(agent).trim().split('\n');
  return lines.slice(lines.findLastIndex((line) => line.includes('asked to end')));
}

const timeouts = async (agent: string): Promise<unknown> =>
  eventually(async () => {
    const { groups } = (await one.cluster.cli('errors', '--agent', agent, '--json')).json<{ groups: unknown[] }>();
    return groups[0] ?? null;
  });

beforeAll(async () => {
  one = await OneHost.start();
});
afterAll(() => one.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(one.cluster.lastWords())));

describe('without a library', () => {
  beforeAll(async () => {
    const secrets = one.mark('pc2/data/secrets');
    mkdirSync(secrets, { mode: 0o700, recursive: true });
    writeFileSync(join(secrets, 'MODEL_KEY'), 'a key\n', { mode: 0o600 });
    await release('standard', '1.0.0', standard);
  });

  const standard = (agents: Document): void => {
    for (const worker of WORKERS) agents.setIn(['agents', worker, 'secrets'], ['MODEL_KEY']);
    if (!hasNotify) agents.deleteIn(['agents', 'node-warm']);
  };

  it('programs that know nothing of Outrider are ready after a second, and what they print is in their logs', async () => {
    for (const agent of PLAIN) {
      await one.inState(agent, 'ready');
      expect(await startTook(agent)).toBeGreaterThan(900);
      const { stdout } = await one.cluster.cli('logs', agent);
      expect(stdout).toContain(`${agent}.0 | looked 1 times\n`);
    }
  });

  it('a server as it is is ready when its port is open', async () => {
    await one.inState('files', 'ready');
    expect(await one.get('/plain.py', 8133)).toMatchObject({ status: 200 });
  });

  it.skipIf(!hasNotify)('one that says so through systemd-notify is ready then, and not before', async () => {
    await one.inState('node-warm', 'ready');
    await eventually(async () => expect((await one.instance('node-warm')).reason).toBe('12 layers loaded'));
    expect(await startTook('node-warm')).toBeGreaterThan(1_400);
  });

  it('workers are ready by their own word', async () => {
    for (const agent of WORKERS) await one.inState(agent, 'ready');
    await eventually(async () => expect((await one.instance('python-worker')).reason).toMatch(/^\d+ tasks done$/));
    expect(await one.metric('outrider_heartbeat_age_seconds', 'agent="node-worker"')).toBeLessThan(10);
  });

  it.each(WORKERS)('what %s says on the bus is in metrics and errors', async (agent) => {
    expect(await tasksDone(agent)).toBeGreaterThan(0);
    expect(await timeouts(agent)).toMatchObject({
      ...{ agent, error_type: 'timeout', severity: 'warning' },
      message: expect.stringMatching(/^no answer after 1(\.0)? s$/) as string,
    });
    expect(await one.metric('outrider_errors_total', `agent="${agent}"`, 'severity="warning"')).toBeGreaterThan(0);
  });

  it.each(WORKERS)('%s has its secret, and its JSON is in the log as it stands', async (agent) => {
    const { stdout } = await one.cluster.cli('logs', agent, '--no-prefix', '-n', '1000');
    const [first] = stdout.split('\n');
    expect(JSON.parse(first ?? '')).toEqual({ message: 'ready', version: '1.0.0', done: 0, has_key: true });
  });

  it.each(WORKERS)('%s that hangs is restarted', async (agent) => {
    const [pid] = one.alive(agent);
    process.kill(pid ?? 0, 'SIGSTOP');
    const ended = (): Promise<number | undefined> =>
      one.metric('outrider_agent_exits_total', `agent="${agent}"`, 'cause="watchdog"');
    await eventually(async () => (await ended()) === 1, 60_000);
    await one.inState(agent, 'ready');
    expect(one.alive(agent)).not.toContain(pid);
  });

  it('servers are replaced under load, and no caller notices', async () => {
    const loads = Object.values(SERVERS).flatMap((port) =>
      [false, true].map((keepAlive) => new Load({ host: one.host.address, port, keepAlive, callers: 2 })),
    );
    await Promise.all(loads.map((load) => load.more(10)));
    await release('standard', '1.1.0', (agents, folder) => {
      standard(agents);
      appendFileSync(join(folder, 'python/server.py'), '# 1.1.0\n');
      appendFileSync(join(folder, 'node/server.mjs'), '// 1.1.0\n');
      for (const worker of WORKERS) agents.setIn(['agents', worker, 'environment'], { TASK_SECONDS: '5' });
    });
    await eventually(() => loads.every((load) => load.of('1.1.0').length > 0), 60_000);
    await Promise.all(loads.map((load) => load.end()));
    for (const load of loads) {
      expect(load.failed).toEqual([]);
      expect(load.of('1.0.0').length).toBeGreaterThan(0);
    }
  });

  it.each(Object.entries(SERVERS))('%s answers what it has accepted before it ends', async (agent, port) => {
    const answer = one.get('/slow', port);
    const restarted = await one.host.cli('restart', agent);
    expect(restarted.code, restarted.stderr).toBe(0);
    expect(await answer).toEqual({ status: 200, text: `${agent} 1.1.0\n` });
    expect(one.logOf(agent)).toContain('answered all that had come\n');
  });

  it.each(WORKERS)(
    '%s goes on from its data, and ends after a task that takes longer than its grace',
    async (agent) => {
      const line = one
        .logOf(agent)
        .split('\n')
        .find((text) => text.includes('1.1.0'));
      const { done: begun } = JSON.parse(line ?? '') as { readonly done: number };
      expect(begun).toBeGreaterThan(0);
      const lines = (await stopInTask(agent)).map((text) => JSON.parse(text) as { message: string; done?: number });
      expect(lines.map(({ message }) => message)).toEqual(['asked to end', 'ended between two tasks']);
      expect(lines[1]?.done).toBeGreaterThan(begun + 1);
    },
  );
});

describe('with ZeroMQ from a library', () => {
  const agents = [...(hasPyzmq ? ['python-zeromq'] : []), 'node-zeromq'];
  const edition = (seconds: string) => (document: Document, folder: string) => {
    if (!hasPyzmq) document.deleteIn(['agents', 'python-zeromq']);
    for (const agent of agents) document.setIn(['agents', agent, 'environment'], { TASK_SECONDS: seconds });
    installZeromq(folder);
  };
  beforeAll(() => release('zeromq', '1.0.0', edition('1')));

  it.each(agents)('%s is ready by its answer, and its own words are its reason', async (agent) => {
    await one.inState(agent, 'ready');
    await eventually(async () => expect((await one.instance(agent)).reason).toMatch(/^healthy: task \d+ \(busy\)$/));
  });

  it.each(agents)('%s that calls itself degraded stays ready, and counts half', async (agent) => {
    const score = (): Promise<number | undefined> => one.metric('outrider_agent_health_score', `agent="${agent}"`);
    await eventually(async () => (await score()) === 0.5, 60_000);
    await eventually(async () => expect((await one.instance(agent)).reason).toMatch(/^degraded: /), 60_000);
    expect(await one.instance(agent)).toMatchObject({ ready: true, restarts: 0 });
  });

  it.each(agents)('what %s says on the bus is in metrics and errors', async (agent) => {
    expect(await tasksDone(agent)).toBeGreaterThan(0);
    const context = { task: expect.any(Number) as number };
    expect(await timeouts(agent)).toMatchObject({ agent, error_type: 'timeout', context });
  });

  it('each ends after a task that takes longer than its grace', async () => {
    await release('zeromq', '1.1.0', edition('5'));
    for (const agent of agents) {
      const lines = await stopInTask(agent);
      expect(lines).toEqual(['asked to end', expect.stringMatching(/^ended between two tasks, \d+ done$/)]);
    }
  });
});

/** What `npm install` does, of the packages of this checkout; git leaves it out, and the release has it all the same. */
function installZeromq(folder: string): void {
  const modules = join(ROOT, 'node_modules');
  const elsewhere = new RegExp(`^zeromq/(src|script|build/(?!linux(/${process.arch}|$)|manifest))`);
  for (const name of ['zeromq', 'cmake-ts']) {
    const isUsed = (path: string): boolean => !elsewhere.test(relative(modules, path));
    cpSync(join(modules, name), join(folder, 'node_modules', name), { recursive: true, filter: isUsed });
  }
  writeFileSync(join(folder, '.gitignore'), 'node_modules/\n');
}
