/** Several apps that come to a host together: each was asked about alone, and what there is goes to all of them. */
import type { Plan } from '@outrider/shared/domain/rollout.js';

/** Sentences on hosts that have room for each of the apps, and not for all. Contents that they share count for each. */
export function roomProblems(hosts: Plan['hosts']): readonly string[] {
  const names = [...new Set(hosts.filter(({ app }) => app !== undefined).map(({ host }) => host))];
  return names.flatMap((name) => {
    const facts = hosts.filter(({ host }) => host === name).flatMap((one) => one.facts ?? []);
    const [first] = facts;
    if (first === undefined || facts.length === 1) return [];
    const needed = facts.reduce((sum, { diskNeededBytes }) => sum + diskNeededBytes, 0);
    const room = Math.min(...facts.map(({ diskFreeBytes }) => diskFreeBytes)) - first.diskReserveBytes;
    const isTooLittle = facts.every(({ diskNeededBytes }) => diskNeededBytes <= room) && needed > room;
    return isTooLittle
      ? [
          `Host ${name}: the apps together need ${mebibytes(needed)} of its disk, and ${mebibytes(room)} may be taken. Free some space, or roll them out one after the other.`,
        ]
      : [];
  });
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)} MiB`;
