/** Asks a Prometheus server for the value of an expression, by its HTTP API (`/api/v1/query`). */
import { readFileSync } from 'node:fs';
import { excerpt } from '@outrider/shared/runtime/excerpt.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';

export interface PrometheusAddress {
  /** With the path before `/api`, where it has one. */
  readonly url: string;
  /** The first line is sent as a bearer token. */
  readonly tokenFile?: string;
}

export const rootOf = ({ url }: PrometheusAddress): string => url.replace(/\/+$/, '');

/** @throws OutriderError('unavailable') where the file of the token cannot be read. */
export const headersOf = ({ tokenFile }: PrometheusAddress): Readonly<Record<string, string>> =>
  tokenFile === undefined ? {} : { authorization: `Bearer ${firstLine(tokenFile)}` };

/** A scalar, or the value of each series. Rejects with `OutriderError`: `unavailable`, `timeout` or `invalid`. */
export async function askPrometheus(
  address: PrometheusAddress,
  query: string,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const place = `${rootOf(address)}/api/v1/query`;
  const headers = headersOf(address);
  let response: Response;
  let text: string;
  try {
    response = await fetch(place, { method: 'POST', headers, body: new URLSearchParams({ query }), signal });
    text = await response.text();
  } catch (error) {
    if (signal.aborted) throw new OutriderError('timeout', `No answer from ${place} in time.`, { cause: error });
    throw new OutriderError('unavailable', `Cannot reach ${place}: ${reasonOf(error)}.`, { cause: error });
  }
  return valuesOf(parsed(text, place, response.status), place);
}

interface Answer {
  readonly status?: unknown;
  readonly error?: unknown;
  readonly data?: { readonly resultType?: unknown; readonly result?: unknown };
}

function parsed(text: string, place: string, status: number): Answer {
  try {
    const value = JSON.parse(text) as Answer | null;
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // What it says instead is in the sentence below.
  }
  throw new OutriderError('invalid', `${place} answered with ${status} and no JSON: ${excerpt(text)}`);
}

function valuesOf({ status, error, data }: Answer, place: string): readonly number[] {
  if (status !== 'success') throw new OutriderError('invalid', `${place} refused the query: ${String(error)}`);
  const { resultType, result } = data ?? {};
  if (resultType === 'scalar' && Array.isArray(result)) return [numberOf(result[1])];
  if (resultType === 'vector' && Array.isArray(result)) {
    return result.map((series: { readonly value?: readonly unknown[] }) => numberOf(series.value?.[1]));
  }
  throw new OutriderError(
    'invalid',
    `The query gives a ${String(resultType)}; a gate needs a scalar or an instant vector.`,
  );
}

const INFINITE: Readonly<Record<string, number>> = { '+Inf': Infinity, '-Inf': -Infinity };

/** NaN where it is none, as Prometheus itself says it. */
const numberOf = (text: unknown): number => (typeof text === 'string' ? (INFINITE[text] ?? Number(text)) : NaN);

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n')[0]?.trim() ?? '';
  } catch (error) {
    throw new OutriderError('unavailable', `prometheus.token_file ${file} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** What fetch says of a connection that failed stands in its cause. */
export function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  return messageOf(cause ?? error);
}
