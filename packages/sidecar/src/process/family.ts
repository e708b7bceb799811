/**
 * Finds the processes of an incarnation that this sidecar has started: its leader, all below it, and what was below
 * it and has come to us since its parent died. Costs one short read where nothing is left. Signals nothing itself.
 */
import { allChildrenOf, type OwnChildren } from './own-children.js';
import { readStat } from './process-stat.js';
import { incarnationIn, type TreeQuery } from './process-tree.js';

/** A tree that is larger is looked at again in the next round. */
const MOST_MEMBERS = 10_000;

/**
 * Pids of what still runs. Each is given to `met` before its children are asked for: one that is killed there can have
 * no more of them, so that a program is outrun however fast it forks.
 */
export function familyOf(
  { identity, incarnation, kin }: TreeQuery,
  own: OwnChildren,
  met: (pid: number) => void,
): readonly number[] {
  const { pid, startTicks } = identity;
  const leader = readStat(pid);
  const leads = leader?.startTicks === startTicks && !leader.dead;
  const known = kin.filter((one) => readStat(one.pid)?.startTicks === one.startTicks).map((one) => one.pid);
  const family = new Set<number>();
  const asked = new Set([pid]);
  const orphans = (): readonly number[] => {
    const news = own.others().filter((other) => !asked.has(other) && !family.has(other));
    for (const other of news) asked.add(other);
    return news.filter((other) => belongs(other, pid, incarnation));
  };
  let found = [...(leads ? [pid] : []), ...known, ...orphans()];
  while (found.length > 0 && family.size < MOST_MEMBERS) {
    for (const member of found) family.add(member);
    for (const member of found) met(member);
    const children = found.flatMap(allChildrenOf).filter((child) => !family.has(child));
    found = children.length > 0 ? children : [...orphans()];
  }
  return [...family].filter((member) => readStat(member)?.dead === false);
}

/** What is dead has no children, and is waited for by our sweep. */
function belongs(pid: number, session: number, incarnation: string): boolean {
  const stat = readStat(pid);
  if (stat === undefined || stat.dead) return false;
  return stat.session === session || incarnationIn(pid) === incarnation;
}
