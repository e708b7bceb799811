import { expect, it } from 'vitest';
import { appRows } from './status-text.js';

type AppInStatus = Parameters<typeof appRows>[0];

const app = (patch: Partial<AppInStatus> = {}): AppInStatus => ({
  ...{ app: 'shop', version: '1.4.1', kept: [], on_trial: [], rollout: 'r16', phase: 'succeeded' },
  ...{ waits_for: null, explained: 'Rollout of 2.0.0 (r16) says how it is.' },
  ...patch,
});

it('shows of an app what runs, what is on trial, and where its rollout is', () => {
  expect(appRows(app())).toEqual([['app shop', '1.4.1; r16 succeeded']]);
  expect(appRows(app({ version: null, rollout: null, phase: null }))).toEqual([['app shop', 'runs nowhere']]);
  expect(appRows(app({ phase: 'switching', on_trial: [{ version: '2.0.0', hosts: ['a', 'b'] }] }))).toEqual([
    ['app shop', '1.4.1; 2.0.0 on trial on a, b; r16 switching'],
  ]);
});

it.each([
  ['hold', 'switching', 'r16 switching, on hold'],
  ['promotion', 'baking', 'r16 baking, waits to be promoted'],
  ['resume', 'switching', 'r16 switching, paused'],
  [null, 'stuck', 'r16 stuck'],
])('says that it needs a person: %s, %s', (waits_for, phase, words) => {
  expect(appRows(app({ waits_for, phase }))).toEqual([
    ['app shop', `1.4.1; ${words}`],
    ['needs you', 'Rollout of 2.0.0 (r16) says how it is.'],
  ]);
});
