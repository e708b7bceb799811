/**
 * A gate that is asked over HTTP: POST of what is on trial, as JSON. 2xx is a pass unless the body says otherwise
 * (`{"outcome": "fail", "reason": "..."}`), 4xx a fail; anything else, and 408, 425 and 429, an error.
 */
import { GATE_OUTCOMES, type GateOutcome, type GateVerdict } from '@outrider/shared/domain/gate.js';
import { redact } from '@outrider/shared/domain/redact.js';
import { excerpt } from '@outrider/shared/runtime/excerpt.js';
import type { GateOccasion } from '../engine/ports.js';
import { reasonOf } from './prometheus.js';

/** Of whoever asks to be asked later. */
const LATER = [408, 425, 429];

/** Never rejects. */
export async function askWebhook(url: string, occasion: GateOccasion, signal: AbortSignal): Promise<GateVerdict> {
  const place = new URL(url).host;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(occasion),
      redirect: 'manual',
      signal,
    });
    return judge(place, response.status, await response.text());
  } catch (error) {
    const reason = signal.aborted ? `no answer from ${place} in time` : `cannot reach ${place}: ${reasonOf(error)}`;
    return { outcome: 'error', reason };
  }
}

function judge(place: string, status: number, text: string): GateVerdict {
  const said = wordsOf(text);
  const reason = `${place} answered with ${status}${said.reason === '' ? '' : `: ${said.reason}`}`;
  if (status >= 200 && status < 300) return { outcome: said.outcome ?? 'pass', reason };
  const isFail = status >= 400 && status < 500 && !LATER.includes(status);
  return { outcome: isFail ? 'fail' : 'error', reason };
}

function wordsOf(text: string): { readonly outcome?: GateOutcome; readonly reason: string } {
  try {
    const value = JSON.parse(text) as { readonly outcome?: unknown; readonly reason?: unknown } | null;
    if (typeof value === 'object' && value !== null) {
      const outcome = GATE_OUTCOMES.find((one) => one === value.outcome);
      const reason = typeof value.reason === 'string' ? redact(excerpt(value.reason)) : '';
      if ('outcome' in value && outcome === undefined) {
        return { outcome: 'error', reason: `"outcome" is none of ${GATE_OUTCOMES.join(', ')}` };
      }
      return { reason, ...(outcome === undefined ? {} : { outcome }) };
    }
  } catch {
    // It is text.
  }
  return { reason: redact(excerpt(text)) };
}
