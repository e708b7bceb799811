/** Looks at the machine's processes again and again and remembers whatever ran twice. Reads /proc; ends nothing. */
import { readFileSync } from 'node:fs';
import type { AgentProcess } from './agent-processes.js';

export interface DoublesWatch {
  /** How often it has looked. */
  readonly looks: number;
  /** Ends it; throws where an instance ever ran in two incarnations, or in none though it is one of `always`. */
  stop(): void;
}

const EVERY_MS = 15;

/**
 * `find`: the agents of one host. `always` (`AGENT.INDEX`) names those that must be seen with the same single pid at
 * every look. Only for agents whose programs start no children.
 */
export function watchForDoubles(find: () => readonly AgentProcess[], always: readonly string[] = []): DoublesWatch {
  const faults = new Set<string>();
  const first = pidsByInstance(find());
  let looks = 0;
  const look = (): void => {
    looks += 1;
    const now = pidsByInstance(find());
    for (const [instance, pids] of now) if (pids.length > 1) faults.add(`${instance} ran as ${pids.join(' and ')}`);
    for (const instance of always) {
      const [before, after] = [first, now].map((them) => them.get(instance)?.join(' and ') ?? 'nothing');
      if (before !== after) faults.add(`${instance} was ${before}, then ${after}`);
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    get looks() {
      return looks;
    },
    stop: () => {
      clearInterval(timer);
      look();
      if (faults.size > 0) throw new Error([...faults].join('; '));
    },
  };
}

/** Pids by `AGENT.INDEX`, without those that wait at the gate (no program runs in them) and exec probes, which run `true`. */
export function pidsByInstance(found: readonly AgentProcess[]): Map<string, number[]> {
  const pids = new Map<string, number[]>();
  for (const { pid, agent, instance } of found) {
    if (isNoAgent(pid)) continue;
    const key = `${agent}.${instance}`;
    pids.set(key, [...(pids.get(key) ?? []), pid]);
  }
  return pids;
}

function isNoAgent(pid: number): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    // A fork of the sidecar, or a probe, that has not become its program yet still shows where it comes from.
    return command.includes('IFS= read -r go') || command === 'true\0' || command === '';
  } catch {
    return true; // it has ended
  }
}
