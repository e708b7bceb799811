/**
 * What of an agent's health is worth keeping: each change of a check, and once an hour that it is still so. A probe
 * a second would be 2.6 million entries in 30 days, of which all but a few say the same.
 */
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import { Budget } from '@outrider/shared/domain/budget.js';
import type { HealthResult } from '@outrider/shared/domain/health-result.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { redact } from '@outrider/shared/domain/redact.js';
import { type Clock, rfc3339 } from '@outrider/shared/runtime/clock.js';
import type { InstancePlace, Judged } from '../link/ports.js';

const STILL_MS = 3_600_000;
/** Of one check: one that comes and goes all the time must not push the others out. */
const BURST = 20;
const EACH_SECOND = 1 / 60;
const LONGEST_REASON = 500;

interface Known {
  /** As it was seen last, and as it was kept last. */
  seen: Judged['status'];
  status: Judged['status'];
  /** Monotonic: when it was kept last. */
  keptAt: number;
  readonly budget: Budget;
}

export interface HealthHistoryOptions {
  readonly host: string;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly keep: (result: HealthResult) => void;
}

export class HealthHistory {
  /** By instance, then by check. */
  private readonly known = new Map<string, Map<string, Known>>();
  private readonly restarts = new Map<string, number>();

  constructor(private readonly options: HealthHistoryOptions) {}

  judged(place: InstancePlace, index: number, check: Healthcheck, judged: Judged): void {
    const { level, critical, method } = check;
    this.saw(place, `${index} ${level} ${method.kind}`, { level, critical, probe: method.kind }, judged);
  }

  /** Something of this host is another way than before: whether processes run is a check of its own. */
  changed(instances: readonly InstanceStatus[]): void {
    const there = new Set<string>();
    for (const one of instances) {
      if (one.kept === true) continue;
      const key = keyOf(one);
      there.add(key);
      const about = { level: 'basic', critical: one.critical, probe: 'process' } as const;
      const before = this.restarts.get(key);
      this.restarts.set(key, one.restarts);
      if (before !== undefined && one.restarts > before && one.pid !== 0) {
        this.saw(one, 'process', about, { status: 'unhealthy', reason: `it ended; this is start ${one.restarts + 1}` });
      }
      const judged = processOf(one);
      if (judged !== undefined) this.saw(one, 'process', about, judged);
    }
    for (const key of this.known.keys()) if (!there.has(key)) this.known.delete(key);
    for (const key of this.restarts.keys()) if (!there.has(key)) this.restarts.delete(key);
  }

  private unknown(now: number): Known {
    return { seen: 'unknown', status: 'unknown', keptAt: now, budget: new Budget(BURST, EACH_SECOND) };
  }

  private saw(
    { app, agent, instance }: InstancePlace,
    name: string,
    about: Pick<HealthResult, 'level' | 'critical' | 'probe'>,
    { status, reason, seconds }: Judged,
  ): void {
    if (status === 'unknown') return;
    const { host, clock, keep } = this.options;
    const now = clock.monotonic();
    const key = keyOf({ app, agent, instance });
    const checks = this.known.get(key) ?? new Map<string, Known>();
    this.known.set(key, checks);
    const known = checks.get(name) ?? this.unknown(now);
    checks.set(name, known);
    const isChange = status !== known.seen;
    known.seen = status;
    if (status === known.status && now - known.keptAt < STILL_MS && !isChange) return;
    // A change that found no room waits for it: what is kept last is how it is.
    if (!isChange && !known.budget.hasRoom(now)) return;
    const { told, untold } = known.budget.ask(now);
    if (!told) return;
    known.status = status;
    known.keptAt = now;
    const before = untold === 0 ? '' : ` (${untold} changes before it were not kept)`;
    keep({
      ...{ at: rfc3339(clock.now()), host, app, agent, instance, ...about, status },
      ...(seconds === undefined ? {} : { seconds }),
      reason: `${redact(reason.slice(0, LONGEST_REASON))}${before}`,
    });
  }
}

const keyOf = ({ app, agent, instance }: InstancePlace): string => `${app}/${agent}.${instance}`;

/** Undefined: on its way. */
function processOf({ state, pid, incarnation, reason }: InstanceStatus): Judged | undefined {
  if (state === 'failed' || state === 'backoff') return { status: 'unhealthy', reason };
  if (state === 'exited') return incarnation === '' ? undefined : { status: 'stopped', reason };
  return pid === 0 || state === 'stopping' ? undefined : { status: 'healthy', reason: '' };
}
