import { expect, it, vi } from 'vitest';
import type { DurableStore } from '../supervise/ports.js';
import { crashPointsForTests } from './crash-for-tests.js';

const at = (phase: string, staging?: string) => ({
  apps: { a: { work: { phase }, ...(staging === undefined ? {} : { staging: { state: staging } }) } },
});
const storeOf = (write: () => void): DurableStore => ({ load: () => at('idle'), write });

it.each([
  {},
  { OUTRIDER_CRASH_AT: 'state.write.before:trial' },
  { OUTRIDER_TESTING: '1' },
  { OUTRIDER_TESTING: '0', OUTRIDER_CRASH_AT: 'state.write.before:trial' },
])('is inert with %j', (env) => {
  const store = storeOf(() => undefined);
  expect(crashPointsForTests(env).store(store)).toBe(store);
});

it.each([
  ['before', ['die', 'write']],
  ['after', ['write', 'die']],
])('dies %s the write that brings an app where it is told, and at no other', (when, expected) => {
  const done: string[] = [];
  const env = { OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: `state.write.${when}:switching` };
  const store = crashPointsForTests(env, () => done.push('die')).store(storeOf(() => done.push('write')));
  expect(store.load()).toEqual(at('idle'));
  store.write(at('idle', 'running'));
  expect(done.splice(0)).toEqual(['write']);
  store.write(at('switching'));
  expect(done.splice(0)).toEqual(expected);
  store.write(at('switching'));
  expect(done).toEqual(['write']);
});

it('counts starts of processes', () => {
  const die = vi.fn();
  const env = { OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: 'spawn.before-record:2' };
  const record = vi.fn();
  const identity = { pid: 1, startTime: 1, bootId: 'b' };
  const real = { spawn: (request: { record: (who: object) => void }) => request.record(identity) };
  const processes = crashPointsForTests(env, die).processes(real as never);
  processes.spawn({ record } as never);
  expect([die.mock.calls.length, record.mock.calls]).toEqual([0, [[identity]]]);
  processes.spawn({ record } as never);
  expect(die).toHaveBeenCalledOnce();
});

it.each(['state.write', 'state.write.after:3', 'spawn.before-record:0', 'spawn.after-record:trial', 'x:1'])(
  'refuses %s',
  (text) => {
    const env = { OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: text };
    expect(() => crashPointsForTests(env)).toThrow('names no crash point');
  },
);
