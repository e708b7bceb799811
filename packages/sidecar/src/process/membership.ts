/** Whether one process belongs to an incarnation: asked of that process alone, without a look at all the others. */
import { cgroupMembers } from './cgroup.js';
import { readStat } from './process-stat.js';
import { type TreeQuery, incarnationIn } from './process-tree.js';

/** One that can't be looked up (it is gone, we are out of descriptors) does not; the first process itself does. */
export function isMember({ identity, incarnation, witnessed }: TreeQuery, pid: number): boolean {
  try {
    const stat = readStat(pid);
    // Nobody else can have its number while its end is not known.
    if (stat === undefined) return pid === identity.pid;
    if (stat.startTicks < identity.startTicks) return false;
    if (pid === identity.pid) return stat.startTicks === identity.startTicks;
    if (identity.cgroup !== undefined && cgroupMembers(identity.cgroup)?.includes(pid) === true) return true;
    return incarnationIn(pid) === incarnation || (stat.session === identity.pid && isItsSession(identity, witnessed));
  } catch {
    return false;
  }
}

/** A number of a session is free for others once all of it are gone. */
function isItsSession(identity: TreeQuery['identity'], witnessed: boolean): boolean {
  const leader = readStat(identity.pid);
  return leader === undefined ? witnessed : leader.startTicks === identity.startTicks;
}
