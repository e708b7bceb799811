import { expect, it, vi } from 'vitest';
import type { DurableStore } from '../supervise/ports.js';
import { crashPointsForTests } from './crash-for-tests.js';

const store: DurableStore = { load: () => 1, write: () => undefined };

it.each([
  {},
  { OUTRIDER_CRASH_AT: 'state.write.before' },
  { OUTRIDER_TESTING: '1' },
  { OUTRIDER_TESTING: '0', OUTRIDER_CRASH_AT: 'state.write.before' },
])('is inert with %j', (env) => {
  expect(crashPointsForTests(env).store(store)).toBe(store);
});

it('dies at the n-th passing, once', () => {
  const die = vi.fn();
  const env = { OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: 'state.write.after:2' };
  const wrapped = crashPointsForTests(env, die).store(store);
  wrapped.write({});
  expect(die).not.toHaveBeenCalled();
  wrapped.write({});
  wrapped.write({});
  expect(die).toHaveBeenCalledOnce();
  expect(wrapped.load()).toBe(1);
});

it.each(['state.write', 'spawn.before-record:0', 'x:1'])('refuses %s', (text) => {
  expect(() => crashPointsForTests({ OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: text })).toThrow('names no crash point');
});
