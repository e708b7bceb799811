import { expect, it } from 'vitest';
import { appOf, labelsOf } from './hosts.js';

const app = { app: 'shop', version: '1.4.1', kept: [], drifted: null };

it('names the phase of an app only where something is under way', () => {
  for (const phase of ['idle', 'staged', 'committed']) expect(appOf({ ...app, phase })).toBe('shop 1.4.1');
  expect(appOf({ ...app, phase: 'trial' })).toBe('shop 1.4.1 (trial)');
  const drifted = { expected: '1.5.0' };
  expect(appOf({ ...app, phase: 'idle', drifted })).toBe('shop 1.4.1 (drifted from 1.5.0)');
  expect(appOf({ ...app, phase: 'trial', drifted })).toBe('shop 1.4.1 (trial, drifted from 1.5.0)');
});

it('shows labels by their names', () => {
  expect(labelsOf({ zone: 'z1', gpu: 'true' })).toBe('gpu=true,zone=z1');
  expect(labelsOf({})).toBe('-');
});
