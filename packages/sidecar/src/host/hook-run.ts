/**
 * The life of one run of a hook on this host: what is written down before anything is done about it. A run is begun
 * once, whoever asks for it how often; what nobody has seen the end of has an end that is unknown, and is not begun anew.
 */
import type { HookAnswer, HookAsk, HookState } from '@outrider/shared/domain/hook.js';

export interface HookRecord extends HookAnswer {
  readonly ask: HookAsk;
  /** From 1; 0 of one that never began. */
  readonly attempt: number;
  /** Of the present attempt: unique for ever. */
  readonly incarnation: string;
  /** When that began, on the boot clock. */
  readonly sinceBootMs: number;
  readonly bootId: string;
  /** RFC 3339, of the first attempt, or of when it was made void. */
  readonly since: string;
}

export interface Asked {
  readonly ask: HookAsk;
  /** What is known of this run, and of the one that it takes back. */
  readonly known: HookRecord | undefined;
  readonly undone: HookRecord | undefined;
  /** Why nothing may begin here, as a sentence. */
  readonly barred?: string;
}

export type HookVerdict =
  /** Nothing is to be done. */
  | { readonly kind: 'answer'; readonly answer: HookAnswer }
  | { readonly kind: 'begin' }
  /** These never began, and never will: to be written down before it is said. */
  | { readonly kind: 'void'; readonly asks: readonly HookAsk[]; readonly reason: string };

const RUNNING: HookAnswer = { state: 'running', reason: '', log: [] };

export function judgeHook({ ask, known, undone, barred }: Asked): HookVerdict {
  if (known !== undefined) return { kind: 'answer', answer: answerOf(known) };
  if (ask.undoes !== undefined) {
    // It may be asked for later than this: never.
    if (undone === undefined) return { kind: 'void', asks: [{ ...ask, id: ask.undoes }, ask], reason: '' };
    if (undone.state === 'void') return { kind: 'void', asks: [ask], reason: '' };
    if (undone.state === 'running') return { kind: 'answer', answer: RUNNING };
  }
  if (ask.onlyIfBegun) return { kind: 'void', asks: [ask], reason: '' };
  return barred === undefined ? { kind: 'begin' } : { kind: 'void', asks: [ask], reason: barred };
}

export const answerOf = ({ state, reason, log }: HookAnswer): HookAnswer => ({ state, reason, log });

/** What is seen of the end of a program. */
export type ProgramEnd =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'oom' }
  | { readonly kind: 'unknown' };

/** How an attempt has ended; `late`: it was killed when its time was over. */
export interface AttemptEnd {
  readonly status: ProgramEnd;
  readonly late: boolean;
}

export interface AttemptVerdict {
  readonly state: HookState;
  readonly reason: string;
  /** There is another attempt. */
  readonly again: boolean;
}

export function judgeAttempt({ ask, attempt }: Pick<HookRecord, 'ask' | 'attempt'>, end: AttemptEnd): AttemptVerdict {
  const { status, late } = end;
  if (status.kind === 'code' && status.code === 0 && !late) return { state: 'done', reason: '', again: false };
  const [program = ''] = ask.command;
  if (status.kind === 'unknown' && !late) return unseen(`nobody saw how ${program} ended`);
  const how = late ? `took longer than ${ask.timeoutMs / 1_000} s` : wordsOf(status);
  const times = attempt === 1 ? '' : ` (attempt ${attempt} of ${ask.retries + 1})`;
  return { state: 'failed', reason: `${program} ${how}${times}`, again: attempt <= ask.retries };
}

const unseen = (reason: string): AttemptVerdict => ({ state: 'unknown', reason, again: false });

function wordsOf(status: ProgramEnd): string {
  switch (status.kind) {
    case 'code':
      return `ended with ${status.code}`;
    case 'signal':
      return `was ended by ${status.signal}`;
    case 'oom':
      return 'was killed by the kernel, since memory had run out';
    case 'unknown':
      return 'ended, and nobody saw how';
  }
}

/** Another sidecar finds a run that is under way, and nothing of its program. */
export function judgeLost(record: HookRecord, bootId: string): AttemptVerdict {
  const [program = ''] = record.ask.command;
  return record.bootId === bootId
    ? unseen(`the sidecar was started anew meanwhile, and nobody saw how ${program} ended`)
    : unseen(`the machine was started anew while ${program} ran`);
}
