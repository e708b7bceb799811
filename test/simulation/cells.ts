/** Which cells of the decision tables decide something, and which of them a run has come to. */
import { ROLLBACK_TABLE, ROLLOUT_TABLE, stay } from '@outrider/coordinator/rollout/decide.js';

const TABLES = { rollout: ROLLOUT_TABLE, rollback: ROLLBACK_TABLE } as const;

export const DECIDING_CELLS: readonly string[] = Object.entries(TABLES).flatMap(([kind, table]) =>
  Object.entries(table).flatMap(([phase, row]) =>
    Object.entries(row)
      .filter(([, cell]) => cell !== stay)
      .map(([event]) => `${kind}/${phase}/${event}`),
  ),
);

export const missedCells = (visited: ReadonlyMap<string, number>): readonly string[] =>
  DECIDING_CELLS.filter((cell) => !visited.has(cell));
