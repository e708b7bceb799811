/** What a way back does, in words for a person who is asked: as the coordinator has planned it. Pure. */
import { hostEnds, type HostEnd } from '@outrider/shared/domain/host-ends.js';
import type { Rollout } from './messages.js';

export const MEANINGS = {
  graceful: 'hosts one after another, agents are given their time to stop',
  immediate: 'all hosts at once, agents are given their time to stop',
  selective: 'only the agents that are named',
  progressive: 'hosts one after another, with a rest between two',
  emergency: 'all hosts at once, agents are killed without grace',
} as const;
export type Strategy = keyof typeof MEANINGS;

/** As `POST /plan/rollback` answers. */
export interface RollbackPlan {
  readonly strategy: Strategy;
  readonly possible: boolean;
  readonly parts: readonly Part[];
}

export interface Part {
  readonly action: 'begin' | 'abort' | 'hasten' | 'go_on' | 'none' | 'refuse';
  readonly app: string;
  readonly rollout?: string;
  readonly hosts: readonly PlannedEnd[];
  readonly reasons: readonly string[];
}

type PlannedEnd = Omit<HostEnd, 'from' | 'to'> & {
  readonly from?: string | null;
  readonly to?: string | null;
  readonly agents?: readonly string[];
};

/** As `POST /rollback` answers. */
export interface Begun {
  readonly rollbacks: readonly { readonly app: string; readonly rollout: string }[];
  readonly reasons: readonly string[];
}

/** A line each: what is done, then where each host ends. */
export function planLines({ strategy, parts }: RollbackPlan): readonly string[] {
  return [...new Set(parts.flatMap((part) => [headOf(part, strategy), ...part.hosts.map(endLine), ...part.reasons]))];
}

/** What is under way and what was read of: whoever says yes means this one. '': none is. */
export const underWayIn = ({ parts }: RollbackPlan): string =>
  parts.find(({ action, rollout }) => rollout !== undefined && action !== 'refuse')?.rollout ?? '';

export const begunSentence = ({ rollbacks, reasons }: Begun): string =>
  [...rollbacks.map(({ app, rollout }) => `${app} goes back with ${rollout}.`), ...reasons].join(' ');

function headOf({ action, app, rollout = '' }: Part, strategy: Strategy): string {
  const dropped = strategy === 'emergency' ? '' : `; the strategy ${strategy} does not count here`;
  switch (action) {
    case 'begin':
      return `A rollback of ${app} begins, ${strategy}: ${MEANINGS[strategy]}.`;
    case 'abort':
      return `${rollout} (${app}) is under way and is aborted${dropped}.`;
    case 'hasten':
      return `${rollout} (${app}) goes back already, and goes on at once, on all hosts, without grace.`;
    case 'go_on':
      return `${rollout} (${app}) goes back already, and goes on as it does; the strategy ${strategy} changes nothing.`;
    case 'none':
      return `Nothing is done to ${app}.`;
    case 'refuse':
      return `Refused for ${app}:`;
  }
}

function endLine({ host, app, from, to, moves, agents }: PlannedEnd): string {
  if (!moves) return `${host}: ${app} stays ${(to ?? null) === null ? 'without a release' : `at ${to}`}`;
  const only = agents === undefined ? '' : ` (only ${agents.join(', ')})`;
  return `${host}: ${app} ${from ?? 'nothing'} → ${to ?? 'nothing'}${only}`;
}

/** What an abort does: a rollout is taken back, of a rollback no further host is told. */
export function abortLines(rollout: Pick<Rollout, 'id' | 'app' | 'kind' | 'phase' | 'hosts'>): readonly string[] {
  const { id, kind, phase } = rollout;
  const ends = hostEnds(rollout, 'abort').map(endLine);
  if (kind === 'rollback') return [`${id} is a rollback: no further host is told, who was told goes on.`, ...ends];
  if (phase === 'rolling_back') return [`${id} goes back already; nothing is changed by this.`, ...ends];
  return [`What ${id} has touched goes back to what ran there before.`, ...ends];
}
