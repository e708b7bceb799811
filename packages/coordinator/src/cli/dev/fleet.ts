/** Owns a whole fleet on this machine, from its Redis to its sidecars: starts it, keeps it, ends all of it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { ensureToken, readToken } from '@outrider/shared/runtime/token.js';
import { connectCoordinator } from '@outrider/shared/rpc/client.js';
import { startAgentsAgain, stopAgents } from './agents.js';
import { Child } from './child.js';
import { forgetOtherHosts } from './forget-hosts.js';
import { Guarded } from './guarded.js';
import { killLeftovers, killLeftoversOnce } from './leftovers.js';
import {
  COORDINATOR_PORTS,
  coordinatorSettings,
  type DevHost,
  folderProblem,
  type Layout,
  portsOf,
  SIDECAR_PORTS,
  sidecarSettings,
} from './layout.js';
import { freePort, portProblem } from './ports.js';
import { prepareRedis } from './redis.js';

const COORDINATOR = fileURLToPath(new URL('../../../bin/coordinator.js', import.meta.url));
const SIDECAR = fileURLToPath(new URL('../../../../sidecar/bin/sidecar.js', import.meta.url));
const READY_WITHIN_MS = 60_000;
const STOP_GRACE_MS = 5_000;

export class DevFleet {
  private readonly children: Child[] = [];
  private readonly ending = new AbortController();
  private readonly forcing = new AbortController();
  private guarded: Guarded | undefined;
  private isOver = false;
  private isStopped = false;

  /** `isPrivate`: nobody wants the folder when this fleet has ended. */
  constructor(
    private readonly layout: Layout,
    private readonly hosts: readonly DevHost[],
    private readonly isPrivate: boolean,
    private readonly tell: (sentence: string) => void,
  ) {}

  /** Resolves when a leader is there and every host is up. */
  async start(): Promise<void> {
    const { layout } = this;
    const problem = folderProblem(layout, this.hosts);
    if (problem !== undefined) throw new OutriderError('invalid', `${problem} Choose a shorter one.`);
    this.guarded = await Guarded.begin(layout.folder, this.isPrivate);
    await this.checkPorts();
    for (const folder of [layout.folder, layout.logs, layout.coordinator])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    ensureToken(layout.fleetToken);
    const redisPort = await freePort();
    if (this.isOver) return;
    this.add('redis', prepareRedis(layout, redisPort), layout.redis);
    this.addDaemon('coordinator', COORDINATOR, ['serve'], coordinatorSettings(layout, this.hosts, redisPort));
    for (const host of this.hosts) {
      this.addDaemon(host.name, SIDECAR, ['run'], sidecarSettings(layout, host, redisPort));
    }
    const [redis, ...others] = this.children;
    redis?.start();
    await forgetOtherHosts(
      redisPort,
      readToken(layout.redisPassword) ?? '',
      this.hosts.map((host) => host.name),
    );
    if (this.wasEnded()) return;
    for (const child of others) child.start();
    await this.ready();
    for (const host of this.hosts) void this.startAgain(host);
  }

  /** Link for a browser, with the token in it. */
  link(): string {
    const token = readToken(join(this.layout.coordinator, 'run', 'token')) ?? '';
    return `http://${this.layout.front}:${COORDINATOR_PORTS.http}/#token=${token}`;
  }

  /** Agents first, while their sidecars can still be asked; then everything else. Nothing is left. */
  async stop(): Promise<void> {
    this.isOver = true;
    const [redis, coordinator, ...sidecars] = this.children;
    this.ending.abort();
    // A coordinator that is gone gives no orders to hosts that are being ended.
    await coordinator?.stop(STOP_GRACE_MS);
    await Promise.all(
      this.hosts.map(async (host, index) => {
        if (sidecars[index]?.pid !== undefined) await stopAgents(this.sidecar(host), this.forcing.signal);
      }),
    );
    await Promise.all(sidecars.map((child) => child.stop(STOP_GRACE_MS)));
    // Without the guard the folder is another fleet's, and so are the agents in it.
    if (this.guarded !== undefined) await killLeftovers(this.layout);
    await redis?.stop(STOP_GRACE_MS);
    await this.guarded?.end();
    this.isStopped = true;
  }

  /** For whoever does not want to wait: everything is killed, `stop` then finds nothing to wait for. */
  force(): void {
    this.forcing.abort();
    for (const child of this.children) child.kill();
  }

  /** The last resort of a process that ends at once: kills everything, waits for nothing. */
  abandon(): void {
    if (this.isStopped) return;
    this.force();
    if (this.guarded !== undefined) killLeftoversOnce(this.layout);
  }

  private wasEnded(): boolean {
    return this.isOver;
  }

  private sidecar(host: DevHost): { readonly endpoint: string; readonly token: string } {
    return { endpoint: `${host.address}:${SIDECAR_PORTS.grpc}`, token: readToken(this.layout.fleetToken) ?? '' };
  }

  /** Takes as long as the agents take; nobody waits for it. */
  private async startAgain(host: DevHost): Promise<void> {
    try {
      await startAgentsAgain(this.sidecar(host), this.ending.signal);
    } catch (error) {
      if (!this.isOver) this.tell(`The agents of ${host.name} were not started again: ${messageOf(error)}`);
    }
  }

  /** One sentence for each reason, with all addresses that it is the reason of. */
  private async checkPorts(): Promise<void> {
    const wanted = portsOf(this.layout, this.hosts);
    const problems = await Promise.all(wanted.map(({ endpoint }) => portProblem(endpoint)));
    const reasons = new Map<string, string[]>();
    wanted.forEach(({ endpoint, what }, index) => {
      const problem = problems[index];
      if (problem !== undefined) reasons.set(problem, [...(reasons.get(problem) ?? []), `${endpoint} for ${what}`]);
    });
    if (reasons.size === 0) return;
    const sentences = [...reasons].map(([problem, endpoints]) => `${problem}: ${endpoints.join(', ')}.`);
    throw new OutriderError('invalid', `Not all ports are free. ${sentences.join('\n')}`);
  }

  private addDaemon(name: string, program: string, words: readonly string[], settings: object): void {
    const file = join(this.layout.folder, `${name}.yaml`);
    writeAtomically(file, `${JSON.stringify(settings, null, 2)}\n`, 0o600);
    this.add(name, [process.execPath, program, ...words, '--config', file], this.layout.folder);
  }

  private add(name: string, command: readonly [string, ...string[]], cwd: string): void {
    const logFile = join(this.layout.logs, `${name}.log`);
    const onExit = (_child: Child, how: string): void => {
      if (!this.isOver) this.tell(`${name} has ended ${how}; it is started again. Its log: ${logFile}`);
    };
    const onStart = (pid: number): void => this.guarded?.tell(pid);
    this.children.push(new Child({ name, command, cwd, logFile, onStart, onExit, env: childEnvironment() }));
  }

  private async ready(): Promise<void> {
    const remote = connectCoordinator({ endpoint: `${this.layout.front}:${COORDINATOR_PORTS.grpc}` });
    const until = performance.now() + READY_WITHIN_MS;
    try {
      while (!this.isOver) {
        const status = await remote.Status({}, { timeoutMs: 1_000 }).catch(() => undefined);
        if (status !== undefined && status.leader !== '' && status.hostsUp >= this.hosts.length) return;
        if (performance.now() > until) throw this.notReady(status?.hostsUp);
        await pause(100);
      }
    } finally {
      remote.close();
    }
  }

  private notReady(hostsUp: number | undefined): OutriderError {
    const what =
      hostsUp === undefined ? 'The coordinator does not answer' : `${hostsUp} of ${this.hosts.length} hosts are up`;
    const words = this.children.map((child) => `--- ${child.options.name}\n${child.lastWords()}`);
    return new OutriderError('timeout', `${what} after ${READY_WITHIN_MS / 1000} s.\n${words.join('\n')}`);
  }
}

/** Settings of this shell's own are no settings of a private fleet. */
function childEnvironment(): NodeJS.ProcessEnv {
  const own = /^(OUTRIDER_(COORDINATOR|SIDECAR)__|AI_|REDIS_URL$|NOTIFY_SOCKET$|WATCHDOG_|LISTEN_|DEBUG$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
