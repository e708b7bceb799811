import { eventually } from '@outrider/shared/testing/eventually.js';
import { expect, test } from 'vitest';
import { ErrorTurns } from './error-turns.js';

const speaker = (agent: string, instance: number) => ({
  app: 'crew',
  agent,
  instance,
  incarnation: `${agent}${instance}`,
});

test('each agent has its own share, its replicas share it, and none is left out in silence', async () => {
  const said: [string, number][] = [];
  const turns = new ErrorTurns(
    () => 0,
    ({ agent }, count) => said.push([agent, count]),
    20,
  );
  const asked = (agent: string, many: number): number =>
    Array.from({ length: many }, (_, index) => turns.ask(speaker(agent, index % 2))).filter(({ told }) => told).length;
  expect(asked('loud', 80)).toBe(50);
  expect(asked('calm', 3)).toBe(3);
  await eventually(() => expect(said).toEqual([['loud', 30]]));
  turns.close();
});
