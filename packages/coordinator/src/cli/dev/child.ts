/**
 * Owns one daemon of the fleet: its process, its log file, its restarts. It is in a session of its own, so that
 * Ctrl-C reaches only whoever looks on, who then ends everything in order.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface ChildOptions {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly logFile: string;
  readonly onStart: (pid: number) => void;
  readonly onExit: (child: Child, how: string) => void;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
/** Ran so long: the next death is a new story. */
const WELL_AFTER_MS = 10_000;
const LAST_LINES = 15;

export class Child {
  private process: ChildProcess | undefined;
  private delayMs = FIRST_DELAY_MS;
  private startedAt = 0;
  private ended: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(readonly options: ChildOptions) {}

  get pid(): number | undefined {
    return this.process?.pid;
  }

  start(): void {
    const { command, cwd, env, logFile } = this.options;
    const [program, ...words] = command;
    mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
    const log = openSync(logFile, 'a', 0o600);
    this.startedAt = performance.now();
    const child = spawn(program, words, { cwd, env, stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    this.process = child;
    if (child.pid !== undefined) this.options.onStart(child.pid);
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        this.gone(error.message);
        resolve();
      });
      child.once('exit', (code, signal) => {
        this.gone(signal === null ? `with code ${code ?? 0}` : `by ${signal}`);
        resolve();
      });
    });
  }

  /** Ends it for good: SIGTERM, and SIGKILL if it is still there after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    this.process?.kill('SIGTERM');
    const timer = setTimeout(() => this.process?.kill('SIGKILL'), graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.stopping = true;
    clearTimeout(this.timer);
    this.process?.kill('SIGKILL');
  }

  lastWords(): string {
    try {
      return readFileSync(this.options.logFile, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
    } catch {
      return '';
    }
  }

  private gone(how: string): void {
    if (this.process === undefined) return;
    this.process = undefined;
    if (this.stopping) return;
    if (performance.now() - this.startedAt > WELL_AFTER_MS) this.delayMs = FIRST_DELAY_MS;
    this.timer = setTimeout(() => this.start(), this.delayMs);
    this.delayMs = Math.min(this.delayMs * 2, LONGEST_DELAY_MS);
    this.options.onExit(this, how);
  }
}
