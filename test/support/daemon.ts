/** One daemon of a test's cluster as a real process: started, killed, started again. Its output goes to a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

export interface DaemonOptions {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

const LAST_LINES = 25;
const LONGEST_END_MS = 20_000;

export class Daemon {
  private child: ChildProcess | undefined;

  constructor(private readonly options: DaemonOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** 0 while it does not run. */
  get pid(): number {
    const { child } = this;
    return child === undefined || child.exitCode !== null || child.signalCode !== null ? 0 : (child.pid ?? 0);
  }

  get runs(): boolean {
    return this.pid !== 0;
  }

  /** Does not wait until it is ready. `env` is added for this run alone. */
  start(env: Readonly<Record<string, string>> = {}): void {
    if (this.runs) throw new Error(`${this.name} runs already.`);
    const [program, ...words] = this.options.command;
    const log = openSync(this.options.logFile, 'a');
    this.child = spawn(program, words, {
      cwd: this.options.cwd,
      env: { ...this.options.env, ...env },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    this.child.on('error', () => undefined);
  }

  kill = (): Promise<void> => this.end('SIGKILL');
  /** The clean end. */
  stop = (): Promise<void> => this.end('SIGTERM');

  /** Stops it in its tracks, as a machine that hangs; `SIGCONT` lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child?.kill(signal);
  }

  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.kill();
    this.start(env);
  }

  /** Waits for an end that somebody else brings about. */
  async ended(): Promise<number | null> {
    if (this.runs && this.child !== undefined) await once(this.child, 'exit');
    return this.child?.exitCode ?? null;
  }

  lastWords(): string {
    try {
      return readFileSync(this.options.logFile, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
    } catch {
      return '';
    }
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (!this.runs || child === undefined) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_END_MS);
    await gone;
    clearTimeout(timer);
    if (signal === 'SIGTERM' && child.signalCode === 'SIGKILL') {
      throw new Error(`${this.name} did not end within ${LONGEST_END_MS / 1000} s.\n${this.lastWords()}`);
    }
  }
}
