/** The port `Processes` over Linux: puts the pieces of this folder together. Decides nothing about agents. */
import type { NodeSignal } from '@outrider/shared/domain/agent.js';
import type { ExitStatus, ProcessIdentity } from '../agent/identity.js';
import type { Confinement, Processes, RunningProcess, SpawnRequest, Stray } from '../supervise/ports.js';
import { AdoptedProcesses } from './adopted.js';
import { type CgroupHome, cgroupMembers, type Controller, removeCgroup } from './cgroup.js';
import { acceptedEnd, socketsOf } from './connection.js';
import { familyOf } from './family.js';
import type { FdStore } from './fd-store.js';
import { Freezer } from './freezer.js';
import { KeptProcesses } from './kept-processes.js';
import { preparationOf } from './limits.js';
import { isMember } from './membership.js';
import { OomKills } from './oom-kills.js';
import { OwnChildren } from './own-children.js';
import { isSame, readStat } from './process-stat.js';
import { ProcessTables } from './process-tree.js';
import type { Kin, TreeQuery } from './process-tree.js';
import { spawnProgram } from './spawn.js';
import { Stragglers } from './stragglers.js';
import { straysIn } from './strays.js';
import { type Look, TreeKiller } from './tree-killer.js';

/** For this long after its end, a session is known to be the one that was seen running. */
const WITNESS_MS = 60_000;

/** For a look that ends nothing. */
const spared = (): void => undefined;

const UNCONFINED: Confinement = { noNewPrivileges: false };
const NO_CONTROLLERS: ReadonlySet<Controller> = new Set();

/** `cgroups`: undefined where there are none to be had. */
export const createProcesses = (cgroups?: CgroupHome, store?: FdStore): Processes => new LinuxProcesses(cgroups, store);

class LinuxProcesses implements Processes {
  readonly #cgroups: CgroupHome | undefined;
  readonly #kept: KeptProcesses;
  readonly #adopted = new AdoptedProcesses();
  readonly #tables = new ProcessTables();
  /** Children that were not waited for yet, by pid: it can be nobody else's. */
  readonly #leaders = new Map<number, string>();
  readonly #own = new OwnChildren((pid) => this.#leaders.has(pid));
  /** Started by this sidecar itself. */
  readonly #direct = new Set<string>();
  readonly #witnessed = new Set<string>();
  /** Of those that were asked to end. */
  readonly #kin = new Map<string, readonly Kin[]>();
  readonly #ooms = new OomKills();
  readonly #killer = new TreeKiller(() => this.#look());
  readonly #freezer = new Freezer(() => this.#look());
  readonly #stragglers = new Stragglers((query) => void this.#killer.kill({ ...query, direct: false }));

  constructor(cgroups: CgroupHome | undefined, store: FdStore | undefined) {
    this.#cgroups = cgroups;
    this.#kept = new KeptProcesses(store);
  }

  spawn(request: SpawnRequest): RunningProcess {
    const { identity, ended } = this.#start(request);
    const key = keyOf(identity);
    this.#leaders.set(identity.pid, key);
    this.#direct.add(key);
    this.#kept.keep(identity);
    void ended.then(() => this.#leaders.delete(identity.pid));
    return this.#witness({ identity, ended: ended.then((status) => this.#ooms.judge(status, identity)) });
  }

  #start(request: SpawnRequest): RunningProcess {
    const { incarnation, confinement = UNCONFINED } = request;
    const { memoryBytes, cpus, pids } = confinement;
    // Looked up where something is to be limited, once for all that follows.
    const controllers =
      (memoryBytes ?? cpus ?? pids) === undefined ? NO_CONTROLLERS : (this.#cgroups?.controllers ?? NO_CONTROLLERS);
    try {
      const cgroup = this.#cgroups?.make(incarnation, confinement, controllers);
      const started = spawnProgram(request, preparationOf(confinement, cgroup, controllers));
      return cgroup === undefined ? started : { ...started, identity: { ...started.identity, cgroup } };
    } catch (error) {
      const made = this.#cgroups?.find(incarnation);
      if (made !== undefined) removeCgroup(made);
      throw error;
    }
  }

  adopt(identity: ProcessIdentity): RunningProcess | undefined {
    this.#kept.adopted(identity);
    if (!isSame(identity)) return undefined;
    const ended = this.#adopted.watch(identity).then((status) => this.#ooms.judge(status, identity));
    return this.#witness({ identity, ended });
  }

  find(incarnation: string, logFile: string, sinceMs: number): ProcessIdentity | undefined {
    const found = this.#tables.look().leaderOf(incarnation, logFile, sinceMs);
    return found && this.#inCgroup(found, incarnation);
  }

  strays(bus: string): readonly Stray[] {
    return straysIn(this.#tables.look(), bus).map((stray) => ({
      ...stray,
      identity: this.#inCgroup(stray.identity, stray.incarnation),
    }));
  }

  #inCgroup(identity: ProcessIdentity, incarnation: string): ProcessIdentity {
    const cgroup = this.#cgroups?.find(incarnation);
    return cgroup === undefined ? identity : { ...identity, cgroup };
  }

  endOf(identity: ProcessIdentity): ExitStatus {
    return this.#ooms.judgeUnseen(this.#kept.endOf(identity), identity);
  }

  signal(identity: ProcessIdentity, signal: NodeSignal | 'SIGCONT', incarnation?: string): boolean {
    if (incarnation !== undefined) this.#rememberKin(identity, incarnation);
    if (this.#leaders.get(identity.pid) !== keyOf(identity) && !isSame(identity)) return false;
    try {
      return process.kill(identity.pid, signal);
    } catch {
      return false; // it ended this very moment
    }
  }

  killTree(identity: ProcessIdentity, incarnation: string): Promise<readonly number[]> | readonly [] {
    const query = this.#query(identity, incarnation);
    // Its second look comes later than any end of this one.
    if (query.direct) this.#stragglers.lookLater(query);
    return this.#killer.kill(query);
  }

  freeze(identity: ProcessIdentity, incarnation: string): Promise<string | undefined> {
    return this.#freezer.freeze(this.#query(identity, incarnation));
  }

  thaw(identity: ProcessIdentity, incarnation: string): void {
    this.#freezer.thaw(this.#query(identity, incarnation));
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
    const members = this.#look()(this.#query(identity, incarnation), spared);
    return members.some((pid) => socketsOf(pid).has(inode));
  }

  owns(identity: ProcessIdentity, incarnation: string, pid: number): boolean {
    return isMember(this.#query(identity, incarnation), pid);
  }

  /** Reads all of /proc only if some tree can't be told otherwise, and then once. */
  #look(): Look {
    let table: ReturnType<ProcessTables['look']> | undefined;
    return (query, met) => {
      const { cgroup } = query.identity;
      const inside = cgroup === undefined ? undefined : cgroupMembers(cgroup);
      // It moves itself: one that was just started may still be on its way.
      if (inside !== undefined)
        return [...new Set([...inside, ...(isSame(query.identity) ? [query.identity.pid] : [])])];
      return query.direct ? familyOf(query, this.#own, met) : (table ??= this.#tables.look()).members(query);
    };
  }

  #query(identity: ProcessIdentity, incarnation: string): TreeQuery {
    const key = keyOf(identity);
    const direct = this.#own.complete && this.#direct.has(key);
    return { identity, incarnation, direct, kin: this.#kin.get(key) ?? [], witnessed: this.#witnessed.has(key) };
  }

  /** While its first process lives it tells what belongs to it, whatever that has forgotten. */
  #rememberKin(identity: ProcessIdentity, incarnation: string): void {
    const kin: Kin[] = [];
    try {
      for (const pid of this.#look()(this.#query(identity, incarnation), spared)) {
        const stat = pid === identity.pid ? undefined : readStat(pid);
        if (stat !== undefined) kin.push({ pid, startTicks: stat.startTicks });
      }
    } catch {
      // /proc can't be read just now; session and mark are looked for in any case.
    }
    this.#kin.set(keyOf(identity), kin);
  }

  #witness(running: RunningProcess): RunningProcess {
    const key = keyOf(running.identity);
    this.#witnessed.add(key);
    void running.ended.then(() => this.#kept.forget(running.identity));
    const forget = (): void => {
      this.#witnessed.delete(key);
      this.#direct.delete(key);
      this.#kin.delete(key);
    };
    void running.ended.then(() => setTimeout(forget, WITNESS_MS).unref());
    return running;
  }
}

const keyOf = (identity: ProcessIdentity): string => `${identity.pid}:${identity.startTicks}:${identity.bootId}`;
