/**
 * The children of this sidecar, as the kernel lists them. As a subreaper it also gets those whose parent has died
 * below it; they are waited for here, so that none stays a zombie. Never signals anything.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { lookAtChildren } from './children.js';
import { becomeSubreaper, waitStatusOfChild } from './libc/processes.js';
import { readStat } from './process-stat.js';

/** What is dead at two sweeps is nobody's to wait for but ours: Node waits for its own children at once. */
const SWEEP_MS = 5_000;

export class OwnChildren {
  /** Whether orphans come to us, and we can see them. Where not, only a look at all of /proc finds them. */
  readonly complete: boolean;
  readonly #isLeader: (pid: number) => boolean;
  #dead: ReadonlySet<number> = new Set();

  /** `isLeader`: the first process of some incarnation, which is waited for by itself (children.ts). */
  constructor(isLeader: (pid: number) => boolean) {
    this.#isLeader = isLeader;
    this.complete = canSeeOrphans();
    if (this.complete) setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** Pids of those that lead no incarnation: orphans, and helpers that Node has started. Zombies are among them. */
  others(): readonly number[] {
    return (childrenOf(process.pid) ?? []).filter((pid) => !this.#isLeader(pid));
  }

  #sweep(): void {
    lookAtChildren();
    const dead = this.others().filter((pid) => readStat(pid)?.dead === true);
    for (const pid of dead) if (this.#dead.has(pid)) waitStatusOfChild(pid);
    this.#dead = new Set(dead);
  }
}

/** Of the main thread, to which orphans go too. Undefined where there is no such thread, or the kernel keeps no list. */
function childrenOf(pid: number, thread = pid): readonly number[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
  } catch {
    return undefined;
  }
}

/** Of each of a process's threads; none where it is gone. */
export function allChildrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => childrenOf(pid, Number(thread)) ?? []);
  } catch {
    return [];
  }
}

function canSeeOrphans(): boolean {
  try {
    becomeSubreaper();
    return childrenOf(process.pid) !== undefined;
  } catch {
    return false;
  }
}
