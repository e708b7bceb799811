import { expect, it } from 'vitest';
import { goesOneByOne, rollbackWaves } from './rollback-waves.js';

const wavesOf = (strategy: Parameters<typeof rollbackWaves>[0], after: readonly string[] = []): string => {
  const targets = [{ host: 'd' }, { host: 'c' }, { host: 'c' }, { host: 'b', after }, { host: 'a', after: ['b'] }];
  return [...rollbackWaves(strategy, targets.slice(0, after.length === 0 ? 4 : 5))].flat().join(' ');
};

it.each(['immediate', 'selective', 'emergency'] as const)(
  '%s: all in the first wave, but for what moves',
  (strategy) => {
    expect(goesOneByOne(strategy)).toBe(false);
    expect(wavesOf(strategy)).toBe('d 1 c 1 b 1');
    expect(wavesOf(strategy, ['c'])).toBe('d 1 c 1 b 2 a 3');
  },
);

it.each(['graceful', 'progressive', undefined] as const)('%s: each host in its own', (strategy) => {
  expect(goesOneByOne(strategy)).toBe(true);
  expect(wavesOf(strategy)).toBe('d 1 c 2 b 3');
});
