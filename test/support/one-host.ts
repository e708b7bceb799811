/** A fleet of one host, `pc2`, seen on every face that its sidecar has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Push, Request, Subscriber } from 'zeromq';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, type ClusterHost, type ClusterOptions, startCluster } from './cluster.js';

export type Instance = Awaited<ReturnType<SidecarRemote['Status']>>['instances'][number];

export class OneHost {
  /** What was published on 5556 since the start. */
  readonly heard: OutriderEvent[] = [];
  private readonly ear = new Subscriber({ linger: 0 });
  private serial = 0;

  private constructor(
    readonly cluster: Cluster,
    readonly host: ClusterHost,
  ) {}

  static async start(options: Omit<ClusterOptions, 'hosts'> = {}): Promise<OneHost> {
    const cluster = await startCluster({ ...options, hosts: ['pc2'] });
    const one = new OneHost(cluster, cluster.host('pc2'));
    await one.listen();
    return one;
  }

  /** From now on the sidecar is alone: no coordinator, no Redis. */
  async leaveAlone(): Promise<void> {
    await this.cluster.coordinator.stop();
    await this.cluster.redis.stop();
  }

  async stop(): Promise<void> {
    this.ear.close();
    await this.cluster.stop();
  }

  /** A path in the cluster's folder. */
  mark(name: string): string {
    return join(this.cluster.folder, name);
  }

  /** A release of `app` with these agents, rolled out. Throws where that does not end with `expected`. */
  async run(app: string, agents: Readonly<Record<string, object>>, expected = 0): Promise<void> {
    this.serial += 1;
    const version = `1.0.${this.serial}`;
    await this.cluster.push(version, { app, agents });
    const { code, stderr, stdout } = await this.cluster.cli(
      'rollout',
      '--app',
      app,
      '--version',
      version,
      '--bake',
      '0s',
    );
    if (code !== expected) throw new Error(`The rollout of ${app} ended with ${code}: ${stderr}${stdout}`);
  }

  async instance(agent: string): Promise<Instance> {
    const { instances } = await this.host.remote.Status({}, { timeoutMs: 5_000 });
    const found = instances.find((one) => one.agent === agent);
    if (found === undefined) throw new Error(`There is no ${agent}.`);
    return found;
  }

  inState(agent: string, state: string): Promise<Instance> {
    const reached = async (): Promise<Instance | null> => {
      const found = await this.instance(agent);
      return found.state === state ? found : null;
    };
    return eventually(reached, { timeoutMs: 40_000, describe: `${agent} to be ${state}` });
  }

  async get(path: string, port = 8080): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`http://${this.host.address}:${port}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** The answer to `health_check` on 5555. */
  async ask(): Promise<string> {
    const socket = new Request({ linger: 0, receiveTimeout: 20_000 });
    socket.connect(`tcp://${this.host.address}:5555`);
    try {
      await socket.send('health_check');
      return String((await socket.receive())[0]);
    } finally {
      socket.close();
    }
  }

  /** The value of one series; undefined: there is none. */
  async metric(name: string, ...labels: readonly string[]): Promise<number | undefined> {
    const { text } = await this.get('/metrics', 8000);
    const belongs = (row: string): boolean =>
      row.startsWith(`${name}{`) && labels.every((label) => row.includes(label));
    const line = text.split('\n').find(belongs);
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
  }

  /** Types of what was published about an agent, in order. */
  told(agent: string): string[] {
    return this.heard.filter((event) => event.agent === agent).map(({ type }) => type);
  }

  alive(agent: string): number[] {
    return this.cluster.agents('pc2', agent).map(({ pid }) => pid);
  }

  logOf(agent: string): string {
    return readFileSync(this.mark(`pc2/log/agents/${agent}.0.log`), 'utf8');
  }

  /** Whoever subscribes late misses what was said: waits until something is heard. */
  private async listen(): Promise<void> {
    this.ear.connect(`tcp://${this.host.address}:5556`);
    this.ear.subscribe();
    void (async () => {
      for await (const [, body] of this.ear) this.heard.push(JSON.parse(String(body)) as OutriderEvent);
    })();
    const bus = new Push({ linger: 1_000 });
    bus.connect(`ipc://${this.mark('pc2/run/bus')}`);
    try {
      await eventually(async () => {
        await bus.send(JSON.stringify({ type: 'error', error_type: 'hello', severity: 'info', message: '' }));
        return this.heard.length > 0;
      });
    } finally {
      bus.close();
    }
  }
}
