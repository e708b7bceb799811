import { expect, it } from 'vitest';
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

it.each([
  ['spawn.before', ['record', 'spawn', 'record', 'record', 'die', 'spawn', 'record']],
  ['spawn.before-record', ['record', 'spawn', 'record', 'record', 'spawn', 'die', 'record']],
  ['spawn.after-record', ['record', 'spawn', 'record', 'record', 'spawn', 'record', 'die']],
])('%s: dies at the second start of a process', (point, expected) => {
  const done: string[] = [];
  const env = { OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: `${point}:2` };
  const crash = crashPointsForTests(env, () => done.push('die'));
  const processes = crash.processes({ spawn: () => done.push('spawn') } as never);
  const records = crash.records({ write: () => done.push('record') } as never);
  for (let start = 0; start < 2; start++) {
    records.write('key', 'what is started');
    processes.spawn({} as never);
    records.write('key', 'what was started');
  }
  expect(done).toEqual(expected);
});

it.each([
  ['freeze.before', ['die', 'freeze', 'thaw']],
  ['freeze.after', ['freeze', 'die', 'thaw']],
  ['thaw.before', ['freeze', 'die', 'thaw']],
  ['thaw.after', ['freeze', 'thaw', 'die']],
])('%s: dies there', async (point, expected) => {
  const done: string[] = [];
  const crash = crashPointsForTests({ OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: point }, () => done.push('die'));
  const processes = crash.processes({
    freeze: () => Promise.resolve(done.push('freeze')).then(() => undefined),
    thaw: () => done.push('thaw'),
  } as never);
  await processes.freeze({} as never, '');
  processes.thaw({} as never, '');
  expect(done).toEqual(expected);
});

it.each(['state.write', 'state.write.after:3', 'spawn.before-record:0', 'spawn.after-record:trial', 'x:1'])(
  'refuses %s',
  (text) => {
    const env = { OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: text };
    expect(() => crashPointsForTests(env)).toThrow('names no crash point');
  },
);
