import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cause } from './cause.js';
import { type History, NO_HISTORY, type Rules, type Sequel } from './instance.js';
import { afterExit, failureSentence } from './restart-policy.js';

const ALWAYS: Rules = { restart: { kind: 'always' }, stopSignal: 'SIGTERM', stopGraceMs: 1, strict: false };
const CODE: Cause = { kind: 'code', code: 1 };
const CLEAN: Cause = { kind: 'code', code: 0 };
const SIGNAL: Cause = { kind: 'signal', signal: 'SIGSEGV' };

function exits(
  causes: readonly Cause[],
  rules = ALWAYS,
  from: History = NO_HISTORY,
): { history: History; sequels: Sequel[] } {
  let history = from;
  const sequels = causes.map((cause) => {
    const after = afterExit(history, { cause, random: 0.5 }, rules);
    history = after.history;
    return after.sequel;
  });
  return { history, sequels };
}
const repeat = (cause: Cause, count: number): Cause[] => Array.from({ length: count }, () => cause);
const delays = (sequels: readonly Sequel[]): (number | string)[] =>
  sequels.map((sequel) => (sequel.kind === 'again' ? sequel.delayMs : sequel.kind));

describe('always', () => {
  test('again at once, then ever later, and failed at the tenth exit of one cause', () => {
    const { sequels, history } = exits(repeat(CODE, 11));
    expect(delays(sequels)).toEqual([0, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 'fail', 'fail']);
    expect(sequels.at(-1)).toEqual({ kind: 'fail', retry: true, cause: CODE });
    expect(failureSentence(history, CODE)).toBe('exited with code 1 11 times before it was ready');
  });

  test('causes are counted apart, the delay is not', () => {
    const mixed = Array.from({ length: 9 }, () => [CODE, SIGNAL]).flat();
    const { sequels } = exits(mixed);
    expect(sequels.every(({ kind }) => kind === 'again')).toBe(true);
    expect(delays(sequels).at(-1)).toBe(30_000);
    expect(delays(exits([...mixed, SIGNAL]).sequels).at(-1)).toBe('fail');
  });

  test('a minute well and all is forgotten but what is shown', () => {
    const { history } = exits(repeat(CODE, 9));
    const short = afterExit(history, { cause: CODE, random: 0.5, readyForMs: 59_999 }, ALWAYS);
    expect(short.sequel.kind).toBe('fail');
    const well = afterExit(history, { cause: CODE, random: 0.5, readyForMs: 60_000 }, ALWAYS);
    expect(well.sequel).toEqual({ kind: 'again', delayMs: 0, cause: CODE });
    expect(well.history).toMatchObject({ faults: 10, exitsInRow: 1, exitsByCause: { exit_1: 1 } });
  });

  test('a clean exit is an exit', () => {
    expect(exits([CLEAN]).sequels).toEqual([{ kind: 'again', delayMs: 0, cause: CLEAN }]);
  });
});

describe('on-failure and no', () => {
  const onFailure: Rules = { ...ALWAYS, restart: { kind: 'on-failure' } };
  const twice: Rules = { ...ALWAYS, restart: { kind: 'on-failure', max: 2 } };
  const never: Rules = { ...ALWAYS, restart: { kind: 'no' } };

  test('a clean exit is the end', () => {
    for (const rules of [onFailure, twice, never]) {
      expect(exits([CLEAN], rules)).toEqual({ history: NO_HISTORY, sequels: [{ kind: 'end', cause: CLEAN }] });
    }
  });

  test('a failure is tried again as often as was said', () => {
    expect(delays(exits(repeat(CODE, 3), twice).sequels)).toEqual([0, 100, 'fail']);
    expect(exits(repeat(CODE, 3), twice).sequels.at(-1)).toMatchObject({ retry: false });
    expect(delays(exits([CODE], never).sequels)).toEqual(['fail']);
    expect(exits(repeat(CODE, 10), onFailure).sequels.at(-1)).toMatchObject({ kind: 'fail', retry: false });
    expect(exits(repeat(CODE, 10)).sequels.at(-1)).toMatchObject({ kind: 'fail', retry: true });
  });

  test('an end that nobody saw is a failure, but where nothing starts again', () => {
    const unknown: Cause = { kind: 'unknown' };
    expect(delays(exits([unknown], onFailure).sequels)).toEqual([0]);
    expect(delays(exits([unknown], never).sequels)).toEqual(['end']);
  });

  test('a program that hung and then ended with 0 has failed', () => {
    const probe: Cause = { kind: 'probe', detail: 'no answer' };
    expect(delays(exits([probe], never).sequels)).toEqual(['fail']);
  });
});

describe('in a switch', () => {
  const strict: Rules = { ...ALWAYS, strict: true };

  test('the third exit before it was ever ready is the last, whatever the causes', () => {
    const { sequels, history } = exits([CODE, SIGNAL, CODE], strict);
    expect(delays(sequels)).toEqual([0, 100, 'fail']);
    expect(failureSentence(history, CODE)).toBe('exited with code 1, and had ended twice before without being ready');
    const same = exits(repeat(CODE, 3), strict);
    expect(failureSentence(same.history, CODE)).toBe('exited with code 1 three times before it was ready');
  });

  test('one that was ready once is treated as ever', () => {
    expect(exits(repeat(CODE, 9), strict, { ...NO_HISTORY, everReady: true }).sequels.at(-1)?.kind).toBe('again');
  });

  test('a start that took too long is the last', () => {
    const slow: Cause = { kind: 'start-timeout', limitMs: 60_000, detail: 'no answer yet' };
    const { sequels, history } = exits([slow], strict);
    expect(delays(sequels)).toEqual(['fail']);
    expect(failureSentence(history, slow)).toBe('was not ready within 1m: no answer yet');
  });
});

test('delays never shrink by more than their spread, never exceed 30 s, and are never negative', () => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), chance, (exitsInRow, random) => {
      const history = { ...NO_HISTORY, exitsInRow };
      const { sequel } = afterExit(history, { cause: CODE, random }, ALWAYS);
      if (sequel.kind !== 'again') throw new Error(sequel.kind);
      const middle = exitsInRow === 0 ? 0 : Math.min(30_000, 100 * 2 ** (exitsInRow - 1));
      expect(sequel.delayMs).toBeGreaterThanOrEqual(Math.floor(middle * 0.9));
      expect(sequel.delayMs).toBeLessThanOrEqual(Math.min(30_000, Math.ceil(middle * 1.1)));
    }),
  );
});
