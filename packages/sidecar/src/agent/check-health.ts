/**
 * What is known of one check of an incarnation, and how an observation changes it. Knows nothing of other checks and
 * passes no verdict: see health.ts.
 */
import type { Healthcheck, ProbeMethod } from '@outrider/shared/domain/agent.js';
import { formatDuration } from '@outrider/shared/domain/duration.js';

export interface CheckHealth {
  /** It held at least once in this incarnation. */
  readonly passed: boolean;
  /** It held when it was last known, or has not failed often enough since. */
  readonly holds: boolean;
  /** It had turned bad, and has been good once since. */
  readonly recovering: boolean;
  /** In a row, since the first readiness. */
  readonly failures: number;
  /** Good, but slowly or by its own word not quite. */
  readonly degraded: boolean;
  /** By its own word. */
  readonly busy: boolean;
  /** What it said last. */
  readonly detail: string;
  /** Of a check that is told, not asked: its next word has to come by then. */
  readonly deadline?: number;
  /** Of the last beat. */
  readonly seq?: number;
  /** The agent itself asked to be ended by its watchdog. */
  readonly triggered?: true;
}

export type Observation =
  /** `error` and `unproven` say nothing about the agent. `slow`: took as long as `slowMs`, and not by our own fault. */
  | {
      readonly kind: 'asked';
      readonly check: number;
      readonly status: 'ok' | 'failed' | 'error' | 'unproven';
      readonly detail: string;
      readonly degraded?: boolean;
      readonly busy?: boolean;
      readonly slow?: boolean;
    }
  /** Any message is a sign of life; `seq` and `busy` come with beats. */
  | { readonly kind: 'heard'; readonly at: number; readonly seq?: number; readonly busy?: boolean }
  /** In the words of sd_notify: READY=1, STOPPING=1, WATCHDOG=1, WATCHDOG=trigger. */
  | { readonly kind: 'notified'; readonly at: number; readonly word: NotifyWord }
  /** A deadline of a check has come, and the sidecar noticed `lateMs` later. */
  | { readonly kind: 'overdue'; readonly at: number; readonly lateMs: number };

export type NotifyWord = 'ready' | 'stopping' | 'alive' | 'trigger';
type Seen<K extends Observation['kind']> = Extract<Observation, { readonly kind: K }>;

/** Later than this is the sidecar's own fault: messages may wait unread, so the deadline is extended by as much. */
export const PUNCTUAL_MS = 100;

const UNHEARD: Readonly<Partial<Record<ProbeMethod['kind'], string>>> = {
  heartbeat: 'no message yet',
  notify: 'no READY=1 yet',
};

export const unknown = ({ method }: Healthcheck): CheckHealth => ({
  passed: false,
  holds: false,
  recovering: false,
  failures: 0,
  degraded: false,
  busy: false,
  detail: UNHEARD[method.kind] ?? 'no answer yet',
});

/** How long its silence may last; undefined: it is asked, or may be silent. */
export function silenceMs(method: ProbeMethod): number | undefined {
  if (method.kind === 'heartbeat') return method.withinMs;
  return method.kind === 'notify' ? method.watchdogMs : undefined;
}

/** Told by the agent, never asked. */
export const isTold = ({ kind }: ProbeMethod): boolean => kind === 'heartbeat' || kind === 'notify';

/** `counts`: it was ready before, so that failures are held against it. */
export function observeCheck(
  state: CheckHealth,
  check: Healthcheck,
  index: number,
  seen: Observation,
  counts: boolean,
): CheckHealth {
  const { method } = check;
  switch (seen.kind) {
    case 'asked':
      return index === seen.check ? answered(state, check, seen, counts) : state;
    case 'heard':
      return method.kind === 'heartbeat' ? heard(state, method.withinMs, seen, counts) : state;
    case 'notified':
      return method.kind === 'notify' ? notified(state, check, method.watchdogMs, seen, counts) : state;
    case 'overdue':
      return overdue(state, check, seen);
  }
}

/** Once bad, one good answer is no proof: an agent that answers every other time would come and go. */
function good(state: CheckHealth, counts: boolean): CheckHealth {
  const proven = state.holds || state.recovering || !state.passed || !counts;
  return { ...state, passed: true, holds: proven, recovering: !proven, failures: 0, degraded: false, busy: false };
}

function answered(state: CheckHealth, check: Healthcheck, seen: Seen<'asked'>, counts: boolean): CheckHealth {
  if (seen.status === 'ok') {
    const slow = seen.slow === true && check.slowMs !== undefined;
    const detail = slow ? `answers slowly, after ${formatDuration(check.slowMs)} or more: ${seen.detail}` : seen.detail;
    return { ...good(state, counts), degraded: slow || seen.degraded === true, busy: seen.busy === true, detail };
  }
  if (seen.status !== 'failed') return { ...state, detail: seen.detail };
  const failures = counts ? state.failures + 1 : 0;
  const holds = state.holds && counts && failures < check.retries;
  return { ...state, holds, failures, recovering: false, detail: seen.detail };
}

function heard(state: CheckHealth, withinMs: number, seen: Seen<'heard'>, counts: boolean): CheckHealth {
  const { seq } = seen;
  if (seq !== undefined && isReplayed(seq, state.seq)) return state;
  const numbered = seq === undefined ? {} : { seq };
  const busy = seen.busy ?? state.busy;
  return { ...good(state, counts), busy, detail: '', deadline: seen.at + withinMs, ...numbered };
}

/** Numbering begins anew where the agent opened the bus again; the same number twice is the same beat. */
const isReplayed = (seq: number, last: number | undefined): boolean =>
  last !== undefined && seq <= last && (seq > 1 || seq === last);

function notified(
  state: CheckHealth,
  check: Healthcheck,
  watchdogMs: number | undefined,
  seen: Seen<'notified'>,
  counts: boolean,
): CheckHealth {
  const { deadline: _before, ...rest } = state;
  const awaited = watchdogMs === undefined ? {} : { deadline: seen.at + watchdogMs };
  switch (seen.word) {
    case 'ready':
      return { ...rest, passed: true, holds: true, recovering: false, failures: 0, detail: '', ...awaited };
    case 'stopping':
      return { ...rest, holds: false, recovering: false, failures: 0, detail: 'said that it stops' };
    case 'alive':
      // Before READY and after STOPPING a sign of life says nothing.
      return state.holds || state.recovering || state.failures > 0 ? { ...good(rest, counts), ...awaited } : state;
    case 'trigger':
      return { ...rest, ...silent(check), detail: 'it said WATCHDOG=trigger', triggered: true };
  }
}

function overdue(state: CheckHealth, check: Healthcheck, seen: Seen<'overdue'>): CheckHealth {
  if (state.deadline === undefined || seen.at < state.deadline) return state;
  const silence = silenceMs(check.method) ?? 0;
  // However long we were away: it is well if it speaks within its own time again.
  if (seen.lateMs > PUNCTUAL_MS) return { ...state, deadline: seen.at + Math.min(seen.lateMs, silence) };
  const { deadline: _passed, ...rest } = state;
  const word = check.method.kind === 'notify' ? 'WATCHDOG=1' : 'message';
  return { ...rest, ...silent(check), detail: `no ${word} for ${formatDuration(silence)}` };
}

/** Silence is no single failure of several. */
const silent = ({ retries }: Healthcheck) => ({ holds: false, recovering: false, failures: Math.max(1, retries) });
