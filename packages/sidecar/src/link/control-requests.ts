/** Bodies of requests at the control socket as the ports want them: each member checked, and named where it is wrong. */
import type { ControlAgentRequest__Output } from '@outrider/shared/gen/outrider/v1/ControlAgentRequest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import type { LogsAsk } from './agent-logs.js';

export type Body = Readonly<Record<string, unknown>>;

/** As the wire has it; `agentOrderOf` knows what is wrong in it. */
export function agentRequestOf(body: Body): ControlAgentRequest__Output {
  only(body, ['app', 'agents', 'all', 'host', 'action', 'replicas', 'by']);
  return {
    app: textOf(body, 'app'),
    agents: textsOf(body, 'agents'),
    all: flagOf(body, 'all'),
    host: textOf(body, 'host'),
    action: textOf(body, 'action'),
    ...(body['replicas'] === undefined ? {} : { replicas: countOf(body, 'replicas') }),
    by: textOf(body, 'by'),
  };
}

export interface RevertRequest {
  readonly app: string;
  readonly by: string;
  readonly reason: string;
}

export function revertRequestOf(body: Body): RevertRequest {
  only(body, ['app', 'by', 'reason']);
  return { app: textOf(body, 'app'), by: textOf(body, 'by') || 'unknown', reason: textOf(body, 'reason') };
}

/** Of the whole host. */
export function personRequestOf(body: Body): Omit<RevertRequest, 'app'> {
  only(body, ['by', 'reason']);
  return { by: textOf(body, 'by') || 'unknown', reason: textOf(body, 'reason') };
}

export function logsAskOf(body: Body): LogsAsk {
  only(body, ['app', 'agents', 'host', 'follow', 'lines', 'since']);
  return {
    app: textOf(body, 'app'),
    agents: textsOf(body, 'agents'),
    host: textOf(body, 'host'),
    follow: flagOf(body, 'follow'),
    lines: countOf(body, 'lines'),
    since: countOf(body, 'since'),
  };
}

function only(body: Body, known: readonly string[]): void {
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw invalid(
      `${unknown.slice(0, 40)} is not known.${didYouMean(unknown, known) || ` Known are ${known.join(', ')}.`}`,
    );
  }
}

function textOf(body: Body, key: string): string {
  const value = body[key] ?? '';
  if (typeof value !== 'string') throw invalid(`${key} must be a text.`);
  return value;
}

function textsOf(body: Body, key: string): string[] {
  const value = body[key] ?? [];
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) {
    throw invalid(`${key} must be a list of texts.`);
  }
  return value;
}

function flagOf(body: Body, key: string): boolean {
  const value = body[key] ?? false;
  if (typeof value !== 'boolean') throw invalid(`${key} must be true or false.`);
  return value;
}

function countOf(body: Body, key: string): number {
  const value = body[key] ?? 0;
  if (typeof value !== 'number') throw invalid(`${key} must be a number.`);
  return value;
}

const invalid = (sentence: string): OutriderError => new OutriderError('invalid', sentence);
