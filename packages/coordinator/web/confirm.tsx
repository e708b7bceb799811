/** Asks once, and names what it will do. Escape and the first button mean no. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Question } from './actions.js';

interface ConfirmProps {
  readonly question: Question;
  readonly yes: (doing: Question['doing']) => void;
  readonly no: () => void;
}

export function Confirm({ question, yes, no }: ConfirmProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed before it goes: so the focus is back where it was.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} onClose={no} aria-labelledby="question">
      <h2 id="question">{question.title}</h2>
      <ul>
        {question.lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p class="buttons">
        <button onClick={no}>No, leave it</button>
        <button class="danger" onClick={() => yes(question.doing)}>
          {question.yes}
        </button>
      </p>
    </dialog>
  );
}
