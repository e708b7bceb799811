/**
 * One question's time: ends it at its timeout or when it is called off, and leaves no timer behind. No AbortController
 * for each: to make one, to listen to it and to abort it is a third of what a question costs.
 */
import type { Answer } from './answer.js';
import { proberError } from './answer.js';

export interface Deadline {
  /** It was answered, its time is up or it was called off: let go of everything. */
  readonly isOver: boolean;
  /** Called once when it is; at once where it is already. What this returns takes that back. */
  onOver(act: () => void): () => void;
  /** What to answer when time runs out from here on; undefined: that nothing came. */
  ifLate(answer: Answer | undefined): void;
}

/** Runs `ask` and settles once it has, at the latest at the end of its time with `late()`. Never rejects unless `ask` does. */
export async function withDeadline(
  timeoutMs: number,
  outer: AbortSignal,
  ask: (deadline: Deadline) => Promise<Answer>,
  late: () => Answer,
): Promise<Answer> {
  if (outer.aborted) return calledOff();
  const question = new Question();
  let stop = (): void => undefined;
  const over = new Promise<Answer>((resolve) => {
    const timer = setTimeout(() => resolve(question.instead ?? late()), timeoutMs);
    const abort = (): void => resolve(calledOff());
    outer.addEventListener('abort', abort, { once: true });
    stop = () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    };
  });
  const asked = ask(question);
  try {
    return await Promise.race([asked, over]);
  } finally {
    stop();
    question.end();
    // Its own end, after that, is nobody's business.
    asked.catch(() => undefined);
  }
}

class Question implements Deadline {
  isOver = false;
  instead: Answer | undefined;
  readonly #acts = new Set<() => void>();

  onOver(act: () => void): () => void {
    if (this.isOver) act();
    else this.#acts.add(act);
    return () => void this.#acts.delete(act);
  }

  ifLate(answer: Answer | undefined): void {
    this.instead = answer;
  }

  end(): void {
    this.isOver = true;
    for (const act of this.#acts) act();
    this.#acts.clear();
  }
}

const calledOff = (): Answer => proberError('The question was called off.');
