/** Agents that move from one host to another: they leave the one before they come to the other, also on the way back. */
import type { PlannedAction } from '@outrider/shared/domain/rollout.js';

interface Moving {
  readonly host: string;
  readonly actions: readonly PlannedAction[];
}

/**
 * In the order given, but for hosts that agents leave: these come before those that they come to. Of needs that go
 * round in a circle one is dropped.
 */
export function inOrderOfMoves<T extends Moving>(
  targets: readonly T[],
): readonly (T & { readonly after: readonly string[] })[] {
  const left = [...targets];
  const ordered: (T & { readonly after: readonly string[] })[] = [];
  while (left.length > 0) {
    const free = left.findIndex((target) => !left.some((other) => other !== target && moves(other, target)));
    const [next] = left.splice(Math.max(0, free), 1);
    if (next === undefined) break;
    ordered.push({ ...next, after: ordered.filter((other) => moves(other, next)).map(({ host }) => host) });
  }
  return ordered;
}

/** Some agent is gone from the one and new on the other. */
const moves = (from: Moving, to: Moving): boolean =>
  namesOf(from).some((agent) => all(from, agent, 'remove') && all(to, agent, 'add'));

const namesOf = ({ actions }: Moving): readonly string[] => [...new Set(actions.map(({ agent }) => agent))];

function all({ actions }: Moving, agent: string, action: PlannedAction['action']): boolean {
  const own = actions.filter((one) => one.agent === agent);
  return own.length > 0 && own.every((one) => one.action === action);
}
