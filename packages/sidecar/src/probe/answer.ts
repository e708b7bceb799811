/** What a way of asking hands back, and how errors are told apart: the agent's fault, or the prober's own. */
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { ProbeResult } from '../supervise/ports.js';

export { excerpt } from '@outrider/shared/runtime/excerpt.js';

export interface Answer {
  readonly status: ProbeResult['status'];
  readonly detail: string;
  /** Good, but by its own word not quite. */
  readonly degraded?: boolean;
  readonly busy?: boolean;
}

export const ok = (detail: string): Answer => ({ status: 'ok', detail });
export const failed = (detail: string): Answer => ({ status: 'failed', detail });
export const unproven = (detail: string): Answer => ({ status: 'unproven', detail });
export const proberError = (detail: string): Answer => ({ status: 'error', detail });

/** The machine or this process is out of something; says nothing about the agent. */
const OWN_TROUBLE = new Set([
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOBUFS',
  'EADDRNOTAVAIL',
  'ETERM',
  'EMTHREAD',
  'EAI_AGAIN',
]);

/** A failure of the agent, unless the prober itself could not ask. */
export function failureOf(error: unknown, what: string): Answer {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (OWN_TROUBLE.has(code)) return proberError(`Could not ask: ${messageOf(error)}.`);
  return failed(`${what}: ${messageOf(error)}.`);
}
