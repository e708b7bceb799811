/**
 * Finds the processes of an incarnation that this sidecar has started: its leader, all below it, and what was below
 * it and has come to us since its parent died. Costs one short read where nothing is left. Only looks, never signals.
 */
import { allChildrenOf, type OwnChildren } from './own-children.js';
import { readStat } from './process-stat.js';
import { incarnationIn, type TreeQuery } from './process-tree.js';

/** A tree that is larger is looked at again in the next round. */
const MOST_MEMBERS = 10_000;

/** Pids of what still runs. */
export function familyOf({ identity, incarnation, kin }: TreeQuery, own: OwnChildren): readonly number[] {
  const { pid, startTicks } = identity;
  const leader = readStat(pid);
  const leads = leader?.startTicks === startTicks && !leader.dead;
  const orphans = own.others().filter((other) => other !== pid && belongs(other, pid, incarnation));
  const known = kin.filter((one) => readStat(one.pid)?.startTicks === one.startTicks).map((one) => one.pid);
  const found = new Set<number>([...(leads ? [pid] : []), ...orphans, ...known]);
  // A set grows while it is walked along.
  for (const member of found) {
    for (const child of allChildrenOf(member)) if (found.size < MOST_MEMBERS) found.add(child);
  }
  return [...found].filter((member) => readStat(member)?.dead === false);
}

const belongs = (pid: number, session: number, incarnation: string): boolean =>
  readStat(pid)?.session === session || incarnationIn(pid) === incarnation;
