/** The strategy of a rollback, as callers say it. */
import { ROLLBACK_STRATEGIES, type RollbackStrategy } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type Chosen, contradictionInRollback } from '../rollout/strategy.js';
import { oneOf } from './fields.js';

/** Empty: selective for some agents, else `otherwise`. @throws OutriderError('invalid') */
export function rollbackStrategy(asked: string, chosen: Chosen, otherwise: RollbackStrategy): RollbackStrategy {
  if (asked === '') return chosen.agents.length > 0 ? 'selective' : otherwise;
  const strategy = oneOf('strategy', asked, ROLLBACK_STRATEGIES);
  const contradiction = contradictionInRollback(strategy, chosen);
  if (contradiction !== undefined) throw new OutriderError('invalid', contradiction);
  return strategy;
}
