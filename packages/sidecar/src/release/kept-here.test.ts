import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Held, type HeldSpec, type NeededHere, stayingOf } from './kept-here.js';

const release = (digest: string, at: number, isWhole = true) => ({ digest, at, isWhole });
const spec = (digest: string, at: number, kept: readonly string[] = []): HeldSpec => ({
  ...{ specDigest: `s-${digest}-${at}`, version: `v-${digest}`, digest, at },
  kept: kept.map((one) => ({ version: `v-${one}`, digest: one })),
});
const NOTHING: NeededHere = { releases: [], versions: [] };
const active = (digest: string, at: number): NeededHere => ({
  releases: [{ digest, specDigest: `s-${digest}-${at}` }],
  versions: [],
});

/** `a` is the oldest. */
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];
const HELD: Held = {
  releases: LETTERS.map((digest, at) => release(digest, at)),
  specs: LETTERS.map((digest, at) => spec(digest, at)),
};
const digests = (held: Held, needed: NeededHere, keep: number): string =>
  [...stayingOf(held, needed, keep).digests].sort().join('');

it('the last of them stay, and what is needed however old it is', () => {
  expect(digests(HELD, NOTHING, 2)).toBe('ef');
  expect(digests(HELD, active('a', 0), 2)).toBe('aef');
  expect(digests(HELD, { releases: [], versions: ['v-b'] }, 1)).toBe('bf');
  expect(digests(HELD, active('c', 2), 0)).toBe('c');
});

it('one that never became whole is not among the last', () => {
  const held = { ...HELD, releases: [...HELD.releases, release('g', 9, false)] };
  expect(digests(held, NOTHING, 1)).toBe('f');
  expect(digests(held, active('g', 9), 1)).toBe('fg');
});

it('what agents are kept from stays as long as a spec that stays says so', () => {
  const held = { ...HELD, specs: [...HELD.specs, spec('f', 7, ['a'])] };
  expect(digests(held, NOTHING, 1)).toBe('af');
  expect(digests(held, NOTHING, 0)).toBe('');
  expect(digests(held, active('f', 7), 0)).toBe('af');
  expect(digests(held, active('f', 5), 0)).toBe('f');
  // An agent that runs from it, by the version alone.
  const mixed = { ...HELD, specs: [spec('f', 7, ['a'])] };
  expect(digests(mixed, { releases: [], versions: ['v-a'] }, 0)).toBe('a');
});

it('of one release, the specs that were staged last stay, and those that are needed', () => {
  const specs = Array.from({ length: 9 }, (_, at) => spec('f', at));
  const { specDigests } = stayingOf({ ...HELD, specs }, active('f', 0), 3);
  expect([...specDigests].sort()).toEqual(['s-f-0', 's-f-6', 's-f-7', 's-f-8']);
});

it('whatever there is: what is needed stays with all that it names, and less is kept the stricter it is', () => {
  const digest = fc.constantFrom(...LETTERS, 'g', 'h');
  const heldSpec = fc.record({ digest, at: fc.nat(50), kept: fc.array(digest, { maxLength: 2 }) });
  const held = fc.record({
    releases: fc.uniqueArray(fc.record({ digest, at: fc.nat(50), isWhole: fc.boolean() }), {
      selector: (one) => one.digest,
    }),
    specs: fc.uniqueArray(
      heldSpec.map((one) => spec(one.digest, one.at, one.kept)),
      { selector: (one) => one.specDigest },
    ),
  });
  fc.assert(
    fc.property(held, fc.array(fc.nat(20), { maxLength: 3 }), fc.nat(6), (all, picks, keep) => {
      const picked = picks.flatMap((pick) => all.specs[pick] ?? []);
      const needed = { releases: picked, versions: picked.slice(0, 1).map(({ version }) => version) };
      const [staying, strict] = [stayingOf(all, needed, keep), stayingOf(all, needed, 0)];
      for (const one of picked) {
        expect(strict.specDigests).toContain(one.specDigest);
        for (const needs of [one, ...one.kept]) expect(strict.digests).toContain(needs.digest);
      }
      for (const one of strict.digests) expect(staying.digests).toContain(one);
      // No spec stays whose release goes.
      for (const one of all.specs) {
        if (staying.specDigests.has(one.specDigest)) expect(staying.digests).toContain(one.digest);
      }
    }),
  );
});
