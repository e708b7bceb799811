import type { GateSpec } from '@outrider/shared/domain/gate.js';
import { expect, it } from 'vitest';
import { judgeValues } from './judge-values.js';

const spec: GateSpec = {
  ...{ name: 'promql', ask: { kind: 'promql', query: 'x' }, max: 0.25, minSamples: 1, intervalMs: 1, timeoutMs: 1 },
  ...{ count: 1, failureLimit: 0, errorLimit: 4, noData: 'fail' },
};

it.each([
  [[0.1, 0.2], 'pass', 'the query gave 0.2, within max 0.25'],
  [[0.1, 0.3], 'fail', 'the query gave 0.3, more than max 0.25'],
  [[Infinity], 'fail', 'the query gave without end, more than max 0.25'],
  [[0.1, NaN], 'pass', 'the query gave 0.1, within max 0.25'],
  [[], 'fail', 'no data: the query had no result'],
  [[NaN], 'fail', 'no data: the query had no number as its result'],
] as const)('%j is a %s', (values, outcome, reason) => {
  expect(judgeValues(spec, values)).toMatchObject({ outcome, reason });
});

it('keeps to both limits, and to what is said of no data', () => {
  expect(judgeValues({ ...spec, min: 0.1 }, [0.05])).toMatchObject({ outcome: 'fail', limit: 0.1, value: 0.05 });
  expect(judgeValues({ ...spec, min: 0.1 }, [0.15])).toMatchObject({
    reason: 'the query gave 0.15, within max 0.25 and min 0.1',
  });
  expect(judgeValues({ ...spec, noData: 'pass' }, [])).toMatchObject({ outcome: 'pass', samples: 0 });
  expect(judgeValues({ ...spec, noData: 'inconclusive' }, [])).toMatchObject({ outcome: 'inconclusive' });
});
