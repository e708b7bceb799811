import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sameJson } from './canonical.js';

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false, 0, 1, '', 'a', undefined),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'constructor', 'toString'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('two values of JSON', () => {
  it('are the same where they are spelled the same', () => {
    let same = 0;
    fc.assert(
      fc.property(json, json, (a, b) => {
        const spelled = canonicalJson(a) === canonicalJson(b);
        expect(sameJson(a, b)).toBe(spelled);
        expect(sameJson(a, structuredClone(a))).toBe(true);
        if (spelled) same += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(same).toBeGreaterThan(100);
  });
});
