/** A route of REST: what serves it and what the OpenAPI document tells of it, in one place. */
import type { IncomingMessage } from 'node:http';
import type { HttpAnswer } from '@outrider/shared/http/answer.js';
import type { z } from 'zod';
import type { FleetHistory } from '../fleet-history.js';
import type { Inside } from '../inside.js';
import type { CoordinatorMetrics } from '../metrics.js';
import type { StatusFeed } from '../status-feed.js';
import type { Parameters, ValuesOf } from './parameters.js';
import type { Wire } from './wire.js';

export interface RestParts {
  readonly inside: Inside;
  readonly feed: StatusFeed;
  readonly history: FleetHistory;
  readonly metrics: CoordinatorMetrics;
}

export interface Asked<P extends Parameters = Parameters> extends RestParts {
  readonly values: ValuesOf<P>;
  /** `{}` where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly request: IncomingMessage;
  /** The methods of gRPC; ended when the caller goes away. */
  readonly wire: Wire;
  /** The same for an answer that goes on: its calls end with the signal. */
  readonly wireUntil: (signal: AbortSignal) => Wire;
  /** Who asks, for the history. */
  readonly by: string;
}

/** What an answer looks like: a shape of JSON, or the type of a text. */
export type Shape = z.ZodType | { readonly type: string };

export interface RestAnswer {
  readonly description: string;
  readonly shape: Shape;
  /** What each line is where the answer goes on, as lines of JSON. */
  readonly line?: z.ZodType;
}

export interface RestRoute {
  readonly method: 'GET' | 'POST';
  /** `/releases/{version}`: what is in braces is a parameter. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly parameters: Parameters;
  /** What else may be in the query is for others: scrapers and probes have habits. */
  readonly anyQuery?: true;
  /** Of the request, in JSON. */
  readonly body?: z.ZodType;
  /** It changes something, or shows what may be a secret. */
  readonly token?: true;
  /** By status; the errors that every route may have are not named. */
  readonly answers: Readonly<Record<number, RestAnswer>>;
  /** Headers that a good answer may have. */
  readonly link?: true;
  readonly handle: (asked: Asked) => Promise<HttpAnswer> | HttpAnswer;
}

/** Types alone: handlers know the values of their own parameters. */
export const route = <P extends Parameters>(
  given: Omit<RestRoute, 'parameters' | 'handle'> & {
    readonly parameters: P;
    readonly handle: (asked: Asked<P>) => Promise<HttpAnswer> | HttpAnswer;
  },
): RestRoute => given as unknown as RestRoute;

export const ok = (body: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  ...{ status: 200, body, headers },
});

/** `Link: <...>; rel="next"`: the same question with other parameters. */
export function next(
  { request }: Pick<Asked, 'request'>,
  more: Readonly<Record<string, string | number>>,
): Record<string, string> {
  const url = new URL(request.url ?? '/', 'http://local');
  for (const [name, value] of Object.entries(more)) url.searchParams.set(name, String(value));
  return { link: `<${url.pathname}${url.search}>; rel="next"` };
}

/** A part of a list that is known whole. */
export function part<T>(
  asked: Pick<Asked, 'request'> & { readonly values: { readonly limit: number; readonly offset: number } },
  list: readonly T[],
): HttpAnswer {
  const { limit, offset } = asked.values;
  const shown = list.slice(offset, offset + limit);
  return ok(shown, offset + limit < list.length ? next(asked, { offset: offset + limit, limit }) : {});
}
