/** For tests: a folder and programs of their own, all gone at the end; one that can't be ended fails its test. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExitStatus, HeldSocket, ProcessIdentity } from '../../agent/identity.js';
import type { Confinement, Processes, RunningProcess } from '../../supervise/ports.js';
import type { CgroupHome } from '../cgroup.js';
import { ProcessTables } from '../process-tree.js';
import { createProcesses } from '../processes.js';

export interface Program {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly logFile?: string;
  readonly sockets?: readonly HeldSocket[];
  readonly confinement?: Confinement;
}

let made = 0;

export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'outrider-test-'));
  readonly processes: Processes;
  readonly #started: { identity: ProcessIdentity; incarnation: string }[] = [];

  constructor(cgroups?: CgroupHome) {
    this.processes = createProcesses(cgroups);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  incarnation(): string {
    return `test-${process.pid}-${++made}`;
  }

  /** Output goes to `log` in the folder. */
  start(program: Program, incarnation = this.incarnation()): RunningProcess & { readonly incarnation: string } {
    const running = this.processes.spawn({
      incarnation,
      command: program.command,
      cwd: program.cwd ?? this.folder,
      env: { PATH: process.env['PATH'] ?? '', OUTRIDER_INCARNATION: incarnation, ...program.env },
      logFile: program.logFile ?? this.path('log'),
      sockets: program.sockets ?? [],
      ...(program.confinement === undefined ? {} : { confinement: program.confinement }),
    });
    this.track(running.identity, incarnation);
    return { ...running, incarnation };
  }

  /** Also ends what another process has recorded. */
  track(identity: ProcessIdentity, incarnation: string): void {
    this.#started.push({ identity, incarnation });
  }

  async end(): Promise<void> {
    const trees = this.#started.map(async ({ identity, incarnation }) =>
      this.processes.killTree(identity, incarnation),
    );
    const left = (await Promise.all(trees)).flat();
    rmSync(this.folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`Processes outlived their test: ${left.join(', ')}.`);
  }
}

/** How an adopted process that was killed is seen to have ended: kernels before 6.15 don't tell. */
export const KILLED: ExitStatus = tells() ? { kind: 'signal', signal: 'SIGKILL' } : { kind: 'unknown' };

function tells(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 15);
}

/** Pids that carry this incarnation. */
export const marked = (incarnation: string): readonly number[] =>
  new ProcessTables().look().members({
    // No process has pid 0: only the mark counts.
    identity: { pid: 0, startTicks: 0, bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() },
    incarnation,
    kin: [],
    direct: false,
    witnessed: false,
  });
