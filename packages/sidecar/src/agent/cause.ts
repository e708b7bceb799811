/** Why an instance is no more: kept apart, so that a crash loop is counted by cause and named in a sentence. */
import { formatDuration } from '@outrider/shared/domain/duration.js';
import type { ExitStatus } from './identity.js';

export type Cause =
  | ExitStatus
  /** A liveness check failed; `detail` is what it said. */
  | { readonly kind: 'probe'; readonly detail: string }
  /** It was silent where it has to speak by itself: no beat, no WATCHDOG=1. */
  | { readonly kind: 'watchdog'; readonly detail: string }
  /** It said that it stops, and did not. */
  | { readonly kind: 'stop-timeout'; readonly limitMs: number }
  /** It was not ready in time. */
  | { readonly kind: 'start-timeout'; readonly limitMs: number; readonly detail: string }
  | { readonly kind: 'not-started'; readonly detail: string };

/** Equal for causes that count as the same one; also a label of metrics. */
export function causeKey(cause: Cause): string {
  switch (cause.kind) {
    case 'code':
      return `exit_${cause.code}`;
    case 'signal':
      return cause.signal;
    case 'oom':
      return 'oom_kill';
    case 'unknown':
      return 'unknown';
    case 'probe':
      return 'failed_probe';
    case 'watchdog':
      return 'watchdog';
    case 'stop-timeout':
      return 'stop_timeout';
    case 'start-timeout':
      return 'start_timeout';
    case 'not-started':
      return 'not_started';
  }
}

/** Continues a sentence that begins with the agent's name. */
export function causeSentence(cause: Cause): string {
  switch (cause.kind) {
    case 'code':
      return `exited with code ${cause.code}`;
    case 'signal':
      return `was ended by ${cause.signal}`;
    case 'oom':
      return 'was killed by the kernel because memory had run out';
    case 'unknown':
      return 'ended in a way that nobody could see';
    case 'probe':
      return `failed its liveness check: ${cause.detail}`;
    case 'watchdog':
      return `failed its watchdog: ${cause.detail}`;
    case 'stop-timeout':
      return `said that it stops, and did not end within ${formatDuration(cause.limitMs)}`;
    case 'start-timeout':
      return `was not ready within ${formatDuration(cause.limitMs)}${cause.detail === '' ? '' : `: ${cause.detail}`}`;
    case 'not-started':
      return `could not start: ${cause.detail.replace(/\.$/, '')}`;
  }
}

const WORDS = ['never', 'once', 'twice', 'three times', 'four times', 'five times'];

export const times = (count: number): string => WORDS[count] ?? `${count} times`;
