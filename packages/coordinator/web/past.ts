/** Asks the coordinator for what was before this page, and gives it the names and units of the page's own points. */
import { keyOf, type Place } from './keys.js';
import type { Column, Past } from './timeline.js';

const MIB = 1024 * 1024;

/** GET /history. */
interface HistoryDocument {
  /** Epoch milliseconds on the coordinator's clock, as `at`. */
  readonly until: number;
  readonly at: readonly number[];
  readonly fleet: { readonly ready: Column; readonly total: Column; readonly health: Column };
  readonly hosts: readonly { readonly host: string; readonly cpu_percent: Column; readonly memory_percent: Column }[];
  readonly agents: readonly (Place & { readonly cpu_percent: Column; readonly memory_bytes: Column })[];
}

/** Of a host (percent), or of an instance by its key (percent of one processor, MiB). */
export const nameOf = (what: 'cpu' | 'memory', whose: string): string => `${what} ${whose}`;
/** Of the fleet, in percent. */
export const READY = 'ready';
export const HEALTH = 'health';

export const percentOf = (part: number, whole: number): number | null => (whole === 0 ? null : (part / whole) * 100);
export const mebibytes = (bytes: number | null): number | null => (bytes === null ? null : bytes / MIB);

/** Undefined where there is no answer: charts then begin with this page. `query`: `agents=true&host=pc2`, or ''. */
export async function askPast(query: string): Promise<Past | undefined> {
  try {
    const response = await fetch(`/history?${query}`);
    return response.ok ? pastOf((await response.json()) as HistoryDocument, Date.now()) : undefined;
  } catch {
    return undefined;
  }
}

/** The two clocks may differ: the answer was given about now. */
export function pastOf({ until, at, fleet, hosts, agents }: HistoryDocument, nowMs: number): Past {
  const columns = new Map<string, Column>([
    [READY, fleet.ready.map((ready, index) => percentOf(ready ?? 0, fleet.total[index] ?? 0))],
    [HEALTH, fleet.health.map((score, index) => ((fleet.total[index] ?? 0) === 0 ? null : (score ?? 0) * 100))],
  ]);
  for (const { host, cpu_percent, memory_percent } of hosts) {
    columns.set(nameOf('cpu', host), cpu_percent);
    columns.set(nameOf('memory', host), memory_percent);
  }
  for (const agent of agents) {
    columns.set(nameOf('cpu', keyOf(agent)), agent.cpu_percent);
    columns.set(nameOf('memory', keyOf(agent)), agent.memory_bytes.map(mebibytes));
  }
  return { at: at.map((ms) => (ms + nowMs - until) / 1000), columns };
}
