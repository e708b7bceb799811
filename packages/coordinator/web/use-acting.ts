/** What is being asked of the person, and what was answered last. */
import { useState } from 'preact/hooks';
import type { Act, Answer, Prepare, Question } from './actions.js';

export interface Acting {
  readonly question: Question | undefined;
  readonly answer: Answer | undefined;
  readonly act: Act;
  readonly prepare: Prepare;
  readonly carryOut: (doing: Question['doing']) => void;
  /** No to the question. */
  readonly leave: () => void;
  readonly closeAnswer: () => void;
}

export function useActing(): Acting {
  const [question, ask] = useState<Question>();
  const [answer, tell] = useState<Answer>();
  const leave = (): void => ask(undefined);
  const carryOut = (doing: Question['doing']): void => {
    leave();
    tell({ ok: true, sentence: 'Asking …' });
    void doing().then(tell);
  };
  const act: Act = (doing, asked) => (asked === undefined ? carryOut(doing) : ask({ ...asked, doing }));
  const prepare: Prepare = (made) => {
    tell({ ok: true, sentence: 'Asking what would happen …' });
    void made().then((found) => {
      const isQuestion = 'title' in found;
      tell(isQuestion ? undefined : found);
      // What is being asked is not changed under a hand that is about to answer.
      if (isQuestion) ask((open) => open ?? found);
    });
  };
  return { question, answer, act, prepare, carryOut, leave, closeAnswer: () => tell(undefined) };
}
