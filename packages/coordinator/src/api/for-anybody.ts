/**
 * What of a rollout those see who have not shown the token: not what its hooks have said, since hooks are given secrets and
 * what a program prints of its failure is nobody's choice. The last lines of an agent stay; its host has hidden in them what
 * looks like a secret. Pure.
 */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { isHook } from '@outrider/shared/domain/hook.js';
import type { Culprit } from '@outrider/shared/domain/host.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';

export const forAnybody = (rollout: Rollout): Rollout => ({
  ...rollout,
  ...(rollout.culprit === undefined ? {} : { culprit: silent(rollout.culprit) }),
  hosts: rollout.hosts.map((host) => (host.culprit === undefined ? host : { ...host, culprit: silent(host.culprit) })),
  ...(rollout.hookRuns === undefined ? {} : { hookRuns: rollout.hookRuns.map(({ log: _log, ...run }) => run) }),
});

export function eventForAnybody(event: OutriderEvent): OutriderEvent {
  const { type, data } = event;
  if (data === undefined || !type.startsWith('rollout.')) return event;
  const { log, ...rest } = data;
  const said = type.startsWith('rollout.hook.') || log === undefined ? {} : { log };
  const culprit = data['culprit'];
  return { ...event, data: { ...rest, ...said, ...(isCulprit(culprit) ? { culprit: silent(culprit) } : {}) } };
}

const isCulprit = (value: unknown): value is Culprit =>
  typeof value === 'object' && value !== null && 'agent' in value && typeof value.agent === 'string';

const silent = (culprit: Culprit): Culprit => (isHook(culprit.agent) ? { ...culprit, log: [] } : culprit);
