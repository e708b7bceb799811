/** The port `Processes` over Linux: puts the pieces of this folder together. Decides nothing about agents. */
import type { NodeSignal } from '@outrider/shared/domain/agent.js';
import type { ProcessIdentity } from '../agent/identity.js';
import type { Processes, RunningProcess, SpawnRequest } from '../supervise/ports.js';
import { AdoptedProcesses } from './adopted.js';
import { acceptedEnd, socketsOf } from './connection.js';
import { isSame } from './process-stat.js';
import { ProcessTables } from './process-tree.js';
import type { TreeQuery } from './process-tree.js';
import { spawnGated } from './spawn.js';
import { TreeKiller } from './tree-killer.js';

/** For this long after its end, a session is known to be the one that was seen running. */
const WITNESS_MS = 60_000;

export const createProcesses = (): Processes => new LinuxProcesses();

class LinuxProcesses implements Processes {
  readonly #adopted = new AdoptedProcesses();
  readonly #tables = new ProcessTables();
  readonly #killer = new TreeKiller(this.#tables);
  /** Children that were not waited for yet: their pids can be nobody else's. */
  readonly #children = new Set<string>();
  readonly #witnessed = new Set<string>();

  spawn(request: SpawnRequest): RunningProcess {
    const running = spawnGated(request);
    const key = keyOf(running.identity);
    this.#children.add(key);
    void running.ended.then(() => this.#children.delete(key));
    return this.#witness(running);
  }

  adopt(identity: ProcessIdentity): RunningProcess | undefined {
    return isSame(identity) ? this.#witness({ identity, ended: this.#adopted.watch(identity) }) : undefined;
  }

  signal(identity: ProcessIdentity, signal: NodeSignal | 'SIGCONT'): boolean {
    if (!this.#children.has(keyOf(identity)) && !isSame(identity)) return false;
    try {
      return process.kill(identity.pid, signal);
    } catch {
      return false; // it ended this very moment
    }
  }

  killTree(identity: ProcessIdentity, incarnation: string): Promise<readonly number[]> {
    return this.#killer.kill(this.#query(identity, incarnation));
  }

  async ownsConnection(
    identity: ProcessIdentity,
    incarnation: string,
    from: string,
    to: string,
  ): Promise<boolean | undefined> {
    const end = acceptedEnd(from, to);
    if (end.state !== 'accepted') return end.state === 'waiting' ? undefined : false;
    const { inode } = end;
    if (isSame(identity) && socketsOf(identity.pid).has(inode)) return true;
    const members = this.#tables.look().members(this.#query(identity, incarnation));
    return members.some((pid) => socketsOf(pid).has(inode));
  }

  #query(identity: ProcessIdentity, incarnation: string): TreeQuery {
    return { identity, incarnation, witnessed: this.#witnessed.has(keyOf(identity)) };
  }

  #witness(running: RunningProcess): RunningProcess {
    const key = keyOf(running.identity);
    this.#witnessed.add(key);
    void running.ended.then(() => setTimeout(() => this.#witnessed.delete(key), WITNESS_MS).unref());
    return running;
  }
}

const keyOf = (identity: ProcessIdentity): string => `${identity.pid}:${identity.startTicks}:${identity.bootId}`;
