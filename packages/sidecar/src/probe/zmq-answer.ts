/** Judges what an agent answers to `health_check`. Pure. */
import type { Answer } from './answer.js';
import { excerpt, failed, ok } from './answer.js';

/** Good: exactly what was expected, or a document that says `healthy` or `degraded` (it works, if badly). */
export function judgeAnswer(text: string, expect: string): Answer {
  if (text === expect) return ok(excerpt(text));
  const said = documentIn(text);
  if (said === undefined) return failed(`Expected "${excerpt(expect)}", got "${excerpt(text)}"`);
  const why = said.detail === undefined ? '' : `: ${excerpt(said.detail)}`;
  const detail = `${said.status}${why}${said.busy ? ' (busy)' : ''}`;
  if (said.status === 'unhealthy') return failed(detail);
  return { ...ok(detail), degraded: said.status === 'degraded', busy: said.busy };
}

interface HealthDocument {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly detail?: string;
  readonly busy: boolean;
}

function documentIn(text: string): HealthDocument | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { status, detail, busy } = value as Record<string, unknown>;
  if (status !== 'healthy' && status !== 'degraded' && status !== 'unhealthy') return undefined;
  return { status, busy: busy === true, ...(typeof detail === 'string' ? { detail } : {}) };
}
