import type { GateSpec } from '@outrider/shared/domain/gate.js';
import { describe, expect, it } from 'vitest';
import { gatesFor } from './plan-gates.js';
import type { Target } from './plan-host.js';

const ref = { version: '1', digest: '1', specDigest: '1' };
const target = (name: string): Target => ({
  host: { name, address: '10.0.0.1', labels: {}, state: 'up' },
  spec: { app: 'a', version: '2', digest: '2', environment: 'test', host: name, hosts: {}, agents: [] },
  ...{ from: ref, to: { ...ref, version: '2' } },
});

const gate = (more: Partial<GateSpec> = {}): GateSpec => ({
  ...{ name: 'errors', ask: { kind: 'metric', metric: 'errors_per_minute' }, compare: 'hosts', maxRatio: 2 },
  ...{ minSamples: 3, intervalMs: 1, timeoutMs: 1, count: 1, failureLimit: 0, errorLimit: 0, noData: 'fail' },
  ...more,
});

const problemsOf = (gates: readonly GateSpec[], waves: readonly number[]): readonly string[] =>
  gatesFor(
    gates,
    waves.map((_, index) => target(`h${index}`)),
    waves,
  ).problems;

describe('a gate that compares hosts', () => {
  it('is refused where all hosts are switched in one wave, however many they are', () => {
    expect(problemsOf([gate()], [1])).toEqual([expect.stringContaining('this rollout has one host only')]);
    expect(problemsOf([gate()], [1, 1, 1])).toEqual([expect.stringContaining('switches all its hosts together')]);
  });

  it('is well with a second wave, however many hosts each has', () => {
    expect(problemsOf([gate()], [1, 1, 2, 2])).toEqual([]);
  });

  it('is asked all the same where it may go without data', () => {
    expect(problemsOf([gate({ noData: 'pass' })], [1, 1])).toEqual([]);
  });
});

it('a comparison with the time before is not planned where nothing ran before', () => {
  const { from: _from, ...first } = target('h1');
  expect(gatesFor([gate({ compare: 'before' })], [first], [1]).gates).toEqual([]);
  expect(gatesFor([gate({ compare: 'before' })], [target('h1')], [1]).gates).toHaveLength(1);
});
