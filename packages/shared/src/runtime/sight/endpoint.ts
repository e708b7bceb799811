/** Asks whether something answers by HTTP. */
import type { EndpointSight } from '../../domain/diagnosis.js';
import { messageOf } from '../errors.js';

/** Never rejects. */
export async function seeEndpoint(
  what: string,
  url: string,
  withinMs: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<EndpointSight> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(withinMs), redirect: 'manual' });
    await response.arrayBuffer();
    return { what, url, ok: response.status === 200, detail: `answers ${response.status}` };
  } catch (error) {
    const { cause, name } = error as { readonly cause?: unknown; readonly name?: string };
    const why = name === 'TimeoutError' ? `does not answer within ${withinMs} ms` : messageOf(cause ?? error);
    return { what, url, ok: false, detail: why };
  }
}
