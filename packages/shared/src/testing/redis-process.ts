/** One server of several that make a Redis together: a process that is started, killed, stopped in its tracks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.js';
import { command } from './redis.js';

export class RedisProcess {
  private child: ChildProcess | undefined;

  constructor(
    readonly host: string,
    readonly port: number,
    private readonly words: readonly string[],
  ) {}

  get runs(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves once it answers. */
  async start(): Promise<void> {
    const [program = '', ...rest] = this.words;
    const child = spawn(program, rest, { stdio: 'ignore' });
    this.child = child;
    let failure: Error | undefined;
    child.once('error', (error) => (failure = error));
    const isOver = (): boolean => failure !== undefined || !this.runs;
    await eventually(async () => isOver() || /^[+-]/.test(await command(this.host, this.port, 'PING')), {
      describe: `${program} on ${this.host}:${this.port}`,
    });
    if (isOver()) throw new Error(`${program} did not start on ${this.host}:${this.port}`, { cause: failure });
  }

  /** kill -9; `start` brings it back with what it has kept. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!this.runs || child === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** SIGSTOP stops it in its tracks, as a machine that hangs; SIGCONT lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child?.kill(signal);
  }
}
