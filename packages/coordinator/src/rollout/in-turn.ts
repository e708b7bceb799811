/** Several decisions in a row as the one that is written. What lies between them nobody ever sees. */
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import type { Decision, HistoryLine, RolloutCommand, RolloutEvent } from './decision.js';

/** Each event meets the state that the one before it has left. The last command to a host replaces the earlier ones. */
export function inTurn(
  rollout: Rollout,
  events: readonly RolloutEvent[],
  decideOn: (rollout: Rollout, event: RolloutEvent) => Decision,
): Decision {
  const commands = new Map<string, RolloutCommand>();
  const lines: HistoryLine[] = [];
  let current = rollout;
  for (const event of events) {
    const decision = decideOn(current, event);
    current = decision.rollout;
    for (const command of decision.effects) commands.set(command.host, command);
    lines.push(...decision.events);
  }
  return { rollout: current, effects: [...commands.values()], events: lines };
}
