/** What a person says to the fleet. */
import { bearer, dropToken, token } from './token.js';

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

/** Asks what was found out first, or tells why there is nothing to ask. */
export type Prepare = (made: () => Promise<Question | Answer>) => void;

export type Said<T> = { readonly ok: true; readonly answer: T } | (Answer & { readonly ok: false });

export const REFUSED_TOKEN = 'The coordinator does not take the token of this tab. Open the link with the token again.';

/** Never rejects. */
export async function say<T>(path: string, body: object, withinMs?: number): Promise<Said<T>> {
  const given = token() ?? '';
  const headers = { ...bearer(), 'content-type': 'application/json' };
  const limit = withinMs === undefined ? {} : { signal: AbortSignal.timeout(withinMs) };
  try {
    const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body), ...limit });
    if (response.status === 401) {
      dropToken(given);
      return { ok: false, sentence: REFUSED_TOKEN };
    }
    const answer = (await response.json()) as T & { error?: string };
    if (!response.ok) return { ok: false, sentence: answer.error ?? `Refused (${response.status}).` };
    return { ok: true, answer };
  } catch {
    return { ok: false, sentence: 'The coordinator did not answer. Whether it was done shows in the event log.' };
  }
}

/** `told`: what came of it, from the coordinator's own answer. Never rejects. */
export async function post<T>(path: string, body: object, told: (answer: T) => string): Promise<Answer> {
  const said = await say<T>(path, body);
  return said.ok ? { ok: true, sentence: told(said.answer) } : said;
}
