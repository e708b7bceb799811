/** What a person says to the fleet. */
import { token } from './token.js';

export interface Answer {
  readonly ok: boolean;
  readonly sentence: string;
}

export interface Question {
  readonly title: string;
  /** What will happen, a line each. */
  readonly lines: readonly string[];
  readonly yes: string;
  readonly doing: () => Promise<Answer>;
}

/** Asks, does it, and tells what came of it. `question` undefined: it is done at once. */
export type Act = (doing: () => Promise<Answer>, question?: Omit<Question, 'doing'>) => void;

/** Never rejects. */
export async function post(path: string, body: object, done: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${token() ?? ''}`, 'content-type': 'application/json' };
  try {
    const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as { error?: string; reasons?: readonly string[]; skipped?: string[] };
    if (!response.ok) return { ok: false, sentence: answer.error ?? `Refused (${response.status}).` };
    return { ok: true, sentence: [done, ...(answer.reasons ?? []), ...(answer.skipped ?? [])].join(' ') };
  } catch {
    return { ok: false, sentence: 'The coordinator did not answer. Whether it was done shows in the event log.' };
  }
}
