/**
 * Takes the processor from whole process trees and gives it back: by the freezer of their control group, else by
 * SIGSTOP to each of their processes. Freezes nothing that has a connection in hand, which would hang.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { statFields } from '@outrider/shared/runtime/proc-stat.js';
import { acceptedConnections } from './accepted-connections.js';
import { attempt } from './attempt.js';
import type { TreeQuery } from './process-tree.js';
import { isGone, readStat } from './process-stat.js';
import type { Look } from './tree-killer.js';

/** What has not come to rest by then (a process stuck in a system call) is let go again. */
const PATIENCE_MS = 2_000;
/** Doubles: what was let go on must get to run before the next look stops it again. */
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;

export class Freezer {
  readonly #look: () => Look;

  constructor(look: () => Look) {
    this.#look = look;
  }

  /** Undefined: all of it stands still. Else why not, in a few words, and all of it runs. */
  async freeze(query: TreeQuery): Promise<string | undefined> {
    // One that is busy now need not be stopped to be looked at.
    const busy = held(this.#members(query));
    if (busy !== undefined) return busy;
    const stands = await this.#halt(query);
    // What it accepted in the last moment was not seen before.
    const late = stands ? held(this.#members(query)) : 'the kernel does not stop all of its processes';
    if (late !== undefined) this.thaw(query);
    return late;
  }

  /** All of it runs. Idempotent. */
  thaw(query: TreeQuery): void {
    const freezer = freezerOf(query);
    if (freezer !== undefined) attempt(() => writeFileSync(freezer, '0'));
    else for (const pid of this.#members(query)) send(pid, 'SIGCONT');
  }

  async #halt(query: TreeQuery): Promise<boolean> {
    const freezer = freezerOf(query);
    const until = performance.now() + PATIENCE_MS;
    if (freezer !== undefined && attempt(() => (writeFileSync(freezer, '1'), true)) !== true) return false;
    for (let wait = FIRST_PAUSE_MS; !(freezer === undefined ? this.#stopped(query) : isFrozen(query)); wait *= 2) {
      if (performance.now() > until) return false;
      await pause(Math.min(wait, LONGEST_PAUSE_MS));
    }
    return true;
  }

  /** Only a look that finds nothing running is proof: what was found may have forked before it stood still. */
  #stopped(query: TreeQuery): boolean {
    const members = this.#members(query, (pid) => send(pid, 'SIGSTOP'));
    const running = new Set(members.filter((pid) => !standsStill(pid)));
    for (const pid of running) send(pid, 'SIGSTOP');
    // Who forks by vfork(2) can't be stopped until the child has become another program: stopped first, it never would.
    for (const pid of running.size === 0 ? [] : members) {
      const parent = attempt(() => readStat(pid))?.parent;
      if (parent !== undefined && running.has(parent)) send(pid, 'SIGCONT');
    }
    return running.size === 0;
  }

  #members(query: TreeQuery, met: (pid: number) => void = () => undefined): readonly number[] {
    return attempt(() => this.#look()(query, met)) ?? [query.identity.pid];
  }
}

function held(pids: readonly number[]): string | undefined {
  const open = acceptedConnections(pids);
  if (open === 0) return undefined;
  return open === 1 ? 'it has a connection open' : `it has ${open} connections open`;
}

/** Of a control group of its own, where the kernel has one for it. */
function freezerOf({ identity: { cgroup } }: TreeQuery): string | undefined {
  const file = cgroup === undefined ? undefined : join(cgroup, 'cgroup.freeze');
  return file !== undefined && existsSync(file) ? file : undefined;
}

function isFrozen({ identity: { cgroup = '' } }: TreeQuery): boolean {
  const events = attempt(() => readFileSync(join(cgroup, 'cgroup.events'), 'latin1'));
  // Nothing is left of it to be frozen.
  return events === undefined || /^frozen 1$/m.test(events) || /^populated 0$/m.test(events);
}

/** Every thread of it; what has ended does too. */
function standsStill(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).every((tid) => {
      const state = statFields(readFileSync(`/proc/${pid}/task/${tid}/stat`, 'latin1'))?.(3) ?? '';
      return 'TtZXx'.includes(state);
    });
  } catch (error) {
    return isGone(error);
  }
}

function send(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
  attempt(() => process.kill(pid, signal));
}
