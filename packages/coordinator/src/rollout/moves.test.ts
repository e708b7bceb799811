import { expect, it } from 'vitest';
import type { PlannedAction } from '@outrider/shared/domain/rollout.js';
import { inOrderOfMoves } from './moves.js';

const host = (name: string, actions: Readonly<Record<string, PlannedAction['action']>>) => ({
  host: name,
  actions: Object.entries(actions).map(([agent, action]) => ({ agent, instance: 0, action, order: 0, why: '' })),
});
const order = (...hosts: readonly ReturnType<typeof host>[]) =>
  inOrderOfMoves(hosts).map(({ host: name, after }) => [name, ...after].join(' after '));

it('lets an agent leave before it arrives, whatever the order was', () => {
  const [from, to] = [host('a', { bot: 'remove', web: 'replace' }), host('b', { bot: 'add' })];
  expect(order(to, from)).toEqual(['a', 'b after a']);
  expect(order(from, to)).toEqual(['a', 'b after a']);
});

it('leaves all others as they were', () => {
  expect(order(host('b', { web: 'replace' }), host('a', { web: 'replace' }))).toEqual(['b', 'a']);
  expect(order(host('b', { web: 'add' }), host('a', { web: 'replace' }))).toEqual(['b', 'a']);
  expect(order(host('b', {}), host('a', { web: 'remove' }))).toEqual(['b', 'a']);
});

it('drops one need of a circle', () => {
  const circle = [host('a', { one: 'remove', two: 'add' }), host('b', { two: 'remove', one: 'add' })];
  expect(order(...circle)).toEqual(['a', 'b after a']);
});

it('knows several hosts that are left', () => {
  expect(order(host('c', { bot: 'add' }), host('a', { bot: 'remove' }), host('b', { bot: 'remove' }))).toEqual([
    'a',
    'b',
    'c after a after b',
  ]);
});
