/**
 * Runs what prepares a release, each program in a session of its own, and leaves nothing of it behind: not when its
 * time is over, not when the staging is stopped, and not when the sidecar was killed meanwhile. Keeps no results.
 */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { HostPrepare } from '@outrider/shared/domain/prepare.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { inheritable } from '../../agent/environment.js';
import type { ExitStatus, ProcessIdentity } from '../../agent/identity.js';
import type { Owner, StepRun, StepRunner } from '../../release/links/ports.js';
import type { Limits, LogReader, Processes, RecordStore, RunningProcess } from '../ports.js';

export interface PrepareRunnerOptions {
  readonly clock: Pick<Clock, 'after' | 'sinceBoot'>;
  readonly processes: Pick<Processes, 'spawn' | 'find' | 'killTree'>;
  readonly limits: Limits;
  /** Apart from those of agents. */
  readonly records: RecordStore;
  readonly logs: Pick<LogReader, 'last'>;
  /** Begins with an empty file at each run. */
  readonly newLog: (app: string, step: string) => string;
  /** The file of a program that is looked up by its name; undefined: there is none. */
  readonly find: (program: string) => { readonly file: string; readonly identity: string } | undefined;
  readonly host: string;
  readonly ownEnvironment: Readonly<Record<string, string | undefined>>;
  readonly newId: () => string;
  readonly warn: (sentence: string) => void;
}

interface Run {
  readonly incarnation: string;
  readonly logFile: string;
  readonly sinceBootMs: number;
  /** Absent: it was not recorded that its program runs. */
  readonly identity?: ProcessIdentity;
}

const LINES_TOLD = 5;
const LONGEST_LINE = 300;

export class PrepareRunner implements StepRunner {
  private cleared: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: PrepareRunnerOptions) {}

  /** What a sidecar that was killed has left running is ended: its result is half, and made anew. */
  start(): void {
    const { records, processes } = this.options;
    const left = records.load().map(async ({ key, record }) => {
      const { incarnation, logFile, sinceBootMs, identity } = record as Run;
      const found = identity ?? processes.find(incarnation, logFile, sinceBootMs);
      if (found !== undefined) await processes.killTree(found, incarnation);
      records.remove(key);
    });
    this.cleared = Promise.allSettled(left);
  }

  ownerOf(user: string | undefined): Owner | undefined {
    return this.options.limits.confinementOf(agentOf('', [''], user)).user;
  }

  problemOf(step: HostPrepare): string | undefined {
    const problem = this.options.limits.problemOf(agentOf(step.name, step.command, step.user));
    if (problem !== undefined) return problem.replace(/^agents\./, 'prepare.');
    const [program = ''] = step.command;
    if (isInside(program) || this.options.find(program) !== undefined) return undefined;
    return `prepare.${step.name} runs ${program}, which is not on this host: install it, or bring it with the release.`;
  }

  programOf({ command: [program = ''] }: HostPrepare): string {
    return isInside(program) ? '' : (this.options.find(program)?.identity ?? '');
  }

  async run({ app, step, cwd }: StepRun, signal: AbortSignal): Promise<void> {
    await this.cleared;
    signal.throwIfAborted();
    const { clock, newId, newLog } = this.options;
    const logFile = newLog(app, step.name);
    const run: Run = { incarnation: `prepare-${newId()}`, logFile, sinceBootMs: clock.sinceBoot() };
    try {
      await this.runRecorded(run, { app, step, cwd }, signal);
    } finally {
      this.forget(run);
    }
  }

  private async runRecorded(run: Run, asked: StepRun, signal: AbortSignal): Promise<void> {
    const { records, processes, clock } = this.options;
    const { step } = asked;
    // The intent comes first, so that whatever becomes of us, the next sidecar finds it.
    records.write(run.incarnation, run);
    const running = this.spawn(run, asked);
    this.tryWrite({ ...run, identity: running.identity });
    const kill = (): void => void processes.killTree(running.identity, run.incarnation);
    const time = { isOver: false };
    const cancel = clock.after(step.timeoutMs, () => {
      time.isOver = true;
      kill();
    });
    signal.addEventListener('abort', kill, { once: true });
    try {
      const status = await running.ended;
      // What it has left running would go on writing.
      await processes.killTree(running.identity, run.incarnation);
      signal.throwIfAborted();
      if (time.isOver || status.kind !== 'code' || status.code !== 0) {
        throw this.failure(asked, run, status, time.isOver);
      }
    } finally {
      cancel();
      signal.removeEventListener('abort', kill);
    }
  }

  /** Without secrets, and with nothing that differs from release to release. */
  private spawn({ incarnation, logFile }: Run, { app, step, cwd }: StepRun): RunningProcess {
    const { processes, limits, ownEnvironment, host } = this.options;
    const confinement = limits.confinementOf(agentOf(step.name, step.command, step.user));
    const { user } = confinement;
    const login = user?.name === undefined ? {} : { USER: user.name, LOGNAME: user.name, HOME: user.home ?? '/' };
    const env = {
      ...{ ...inheritable(ownEnvironment), ...login, ...step.environment },
      ...{ OUTRIDER_APP: app, OUTRIDER_HOST: host, OUTRIDER_STEP: `prepare.${step.name}` },
    };
    try {
      return processes.spawn({
        ...{ incarnation, command: step.command, cwd, logFile, sockets: [], confinement },
        env: { ...env, OUTRIDER_INCARNATION: incarnation },
      });
    } catch (error) {
      throw new OutriderError('invalid', `prepare.${step.name}: ${messageOf(error)}`, { cause: error });
    }
  }

  private failure({ step }: StepRun, { logFile }: Run, status: ExitStatus, late: boolean): OutriderError {
    const [program = ''] = step.command;
    const how = late ? `took longer than ${step.timeoutMs / 1_000} s` : wordsOf(status);
    const lines = this.options.logs
      .last(logFile, LINES_TOLD)
      .map((line) => line.trim().slice(0, LONGEST_LINE))
      .filter((line) => line !== '');
    const said = lines.length === 0 ? 'It said nothing' : `It said: ${lines.join(' | ')}`;
    return new OutriderError('invalid', `prepare.${step.name}: ${program} ${how}. ${said} (all of it: ${logFile}).`);
  }

  private tryWrite(run: Run): void {
    try {
      this.options.records.write(run.incarnation, run);
    } catch (error) {
      // Its mark finds it.
      this.options.warn(messageOf(error));
    }
  }

  private forget({ incarnation }: Run): void {
    try {
      this.options.records.remove(incarnation);
    } catch (error) {
      this.options.warn(messageOf(error));
    }
  }
}

/** In the folder that it runs in. */
const isInside = (program: string): boolean => program.includes('/') && !program.startsWith('/');

/** What limits are asked about. */
const agentOf = (name: string, command: readonly string[], user: string | undefined): HostAgent => ({
  ...{ name, command, hosts: [], replicas: 1, environment: {}, workingDir: '.', dependsOn: [], files: [] },
  ...{ healthchecks: [], restart: { kind: 'no' }, stopSignal: 'SIGTERM', stopGraceMs: 0, order: 'stop-first' },
  ...{ parallelism: 1, sockets: [], fingerprint: '' },
  ...(user === undefined ? {} : { user }),
});

function wordsOf(status: ExitStatus): string {
  switch (status.kind) {
    case 'code':
      return `ended with ${status.code}`;
    case 'signal':
      return `was ended by ${status.signal}`;
    case 'oom':
      return 'was killed by the kernel, since memory had run out';
    case 'unknown':
      return 'ended, and nobody saw how';
  }
}
