/** One question's time: ends it at its timeout or when it is called off, and leaves no timer behind. */
import type { Answer } from './answer.js';
import { proberError } from './answer.js';

export interface Deadline {
  /** Aborted when time is up or the question was called off: let go of everything then. */
  readonly signal: AbortSignal;
  /** What to answer when time runs out from here on; undefined: that nothing came. */
  ifLate(answer: Answer | undefined): void;
}

/** One for all: to make an error for each question is most of what a question costs. */
const OVER = new Error('The question is over.');

/** Runs `ask` and settles once it has, at the latest at the end of its time with `late()`. Never rejects unless `ask` does. */
export async function withDeadline(
  timeoutMs: number,
  outer: AbortSignal,
  ask: (deadline: Deadline) => Promise<Answer>,
  late: () => Answer,
): Promise<Answer> {
  if (outer.aborted) return calledOff();
  const inner = new AbortController();
  let instead: Answer | undefined;
  let stop = (): void => undefined;
  const over = new Promise<Answer>((resolve) => {
    const timer = setTimeout(() => resolve(instead ?? late()), timeoutMs);
    const abort = (): void => resolve(calledOff());
    outer.addEventListener('abort', abort, { once: true });
    stop = () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    };
  });
  const asked = ask({
    signal: inner.signal,
    ifLate: (answer) => (instead = answer),
  });
  try {
    return await Promise.race([asked, over]);
  } finally {
    stop();
    inner.abort(OVER);
    // Its own end, after that, is nobody's business.
    asked.catch(() => undefined);
  }
}

const calledOff = (): Answer => proberError('The question was called off.');
