/**
 * Finds the processes of an incarnation in all of /proc: its session, and all that carry its id in their initial
 * environment. What left both is out of reach. Only looks, never signals.
 */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { ProcessIdentity } from '../agent/identity.js';
import { bootId, readStat } from './process-stat.js';
import type { ProcessStat } from './process-stat.js';

export interface TreeQuery {
  readonly identity: ProcessIdentity;
  readonly incarnation: string;
  /** What was below its first process when that was asked to end: it may have no parent and no mark any more. */
  readonly kin: readonly Kin[];
  /** This sidecar is its parent, so what it leaves behind comes to us: see family.ts. */
  readonly direct: boolean;
  /**
   * This sidecar has seen the process run. Without that, a session whose leader is gone counts only if one of its
   * members carries the incarnation: the number may be another's by now.
   */
  readonly witnessed: boolean;
}

/** A process, never mistaken for another with the same pid. */
export interface Kin {
  readonly pid: number;
  readonly startTicks: number;
}

interface Mark {
  readonly startTicks: number;
  /** Undefined: it carries none. */
  readonly incarnation: string | undefined;
}

/** Of a second, on every Linux that Node runs on. */
const TICKS = 100;
/** A younger process may still have to execute the program that it was forked for, and get its mark with that. */
const SETTLED_TICKS = 10 * TICKS;

/** Looks at all processes. What it has once found out about one it does not ask again. */
export class ProcessTables {
  readonly #incarnationIn: (pid: number) => string | undefined;
  #marks = new Map<number, Mark>();

  /** `read`: the incarnation in a process's initial environment. */
  constructor(
    read = incarnationIn,
    private readonly settledTicks = SETTLED_TICKS,
  ) {
    this.#incarnationIn = read;
  }

  /** @throws where /proc can't be read (out of descriptors) */
  look(): ProcessTable {
    const all = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readStat(Number(name)))
      .filter((stat) => stat !== undefined)
      // Kernel threads have no session.
      .filter((stat) => stat.session !== 0 && stat.pid !== process.pid);
    const known = new Map<number, Mark>();
    for (const stat of all) {
      const mark = this.#marks.get(stat.pid);
      if (mark?.startTicks === stat.startTicks) known.set(stat.pid, mark);
    }
    this.#marks = known;
    return new ProcessTable(all, known, this.#incarnationIn, ticksSinceBoot() - this.settledTicks);
  }
}

/** One look at all processes, for any number of questions. */
export class ProcessTable {
  /** Too young to be sure of. */
  readonly #unmarked = new Set<number>();

  constructor(
    private readonly all: readonly ProcessStat[],
    private readonly marks: Map<number, Mark>,
    private readonly read: (pid: number) => string | undefined,
    private readonly settledBefore: number,
  ) {}

  /** Pids of what still runs. A process that has ended is none of them. */
  members({ identity, incarnation, kin, witnessed }: TreeQuery): readonly number[] {
    if (identity.bootId !== bootId()) return [];
    const known = new Set(kin.map(({ pid, startTicks }) => `${pid}:${startTicks}`));
    // Nothing that is older than its first process can belong to it.
    const young = this.all.filter((stat) => stat.startTicks >= identity.startTicks);
    const marked = young.filter((stat) => !stat.dead && this.#incarnationOf(stat) === incarnation);
    const session = young.filter((stat) => stat.session === identity.pid);
    const leader = this.all.find((stat) => stat.pid === identity.pid);
    const ours =
      leader === undefined
        ? witnessed || marked.some((stat) => stat.session === identity.pid)
        : leader.startTicks === identity.startTicks;
    const related = young.filter((stat) => known.has(`${stat.pid}:${stat.startTicks}`));
    const members = [...marked, ...related, ...(ours ? session : [])].filter((stat) => !stat.dead);
    return this.#withChildren(members.map((stat) => stat.pid));
  }

  /** With all that is below them. */
  #withChildren(pids: readonly number[]): readonly number[] {
    const found = new Set(pids);
    if (found.size === 0) return [];
    // A set grows while it is walked along.
    for (const pid of found) for (const stat of this.all) if (stat.parent === pid && !stat.dead) found.add(stat.pid);
    return [...found];
  }

  /**
   * The first process of an incarnation: it leads the session that it was started in. One that has overwritten its
   * environment is known by the log that it writes to, if it is no older than its start.
   */
  leaderOf(incarnation: string, logFile: string, sinceMs: number): ProcessIdentity | undefined {
    const leaders = this.#leading();
    const leader =
      leaders.find((stat) => this.#incarnationOf(stat) === incarnation) ??
      leaders.find((stat) => stat.startTicks * TICK_MS >= sinceMs - EARLIER_MS && outputOf(stat.pid) === logFile);
    return leader && identityOf(leader);
  }

  /** All that lead a session of their own. */
  leaders(): readonly ProcessIdentity[] {
    return this.#leading().map(identityOf);
  }

  #leading(): readonly ProcessStat[] {
    return this.all.filter((stat) => !stat.dead && stat.session === stat.pid);
  }

  #incarnationOf(stat: ProcessStat): string | undefined {
    const known = this.marks.get(stat.pid);
    if (known !== undefined || this.#unmarked.has(stat.pid)) return known?.incarnation;
    const incarnation = this.read(stat.pid);
    if (incarnation === undefined && stat.startTicks >= this.settledBefore) this.#unmarked.add(stat.pid);
    else this.marks.set(stat.pid, { startTicks: stat.startTicks, incarnation });
    return incarnation;
  }
}

const identityOf = ({ pid, startTicks }: ProcessStat): ProcessIdentity => ({ pid, startTicks, bootId: bootId() });

const TICK_MS = 1000 / TICKS;
/** Between two readings of the clock. */
const EARLIER_MS = 100;

function outputOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/1`);
  } catch {
    return undefined;
  }
}

const ticksSinceBoot = (): number => Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * TICKS;

const NAME = Buffer.from('\0OUTRIDER_INCARNATION=');

/** The incarnation in a process's initial environment; undefined where there is none or we may not look. */
export function incarnationIn(pid: number): string | undefined {
  let environment: Buffer;
  try {
    environment = Buffer.concat([Buffer.alloc(1), readFileSync(`/proc/${pid}/environ`)]);
  } catch {
    return undefined; // gone, a kernel thread, or another user's
  }
  const at = environment.indexOf(NAME);
  if (at < 0) return undefined;
  const end = environment.indexOf(0, at + 1);
  return environment.toString('utf8', at + NAME.length, end < 0 ? environment.length : end);
}
