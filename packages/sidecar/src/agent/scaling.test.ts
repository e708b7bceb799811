import type { ScalingSpec } from '@outrider/shared/domain/scaling.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideReplicas, type Load, type ScalingMemory } from './scaling.js';

const CPU = { metric: 'cpu', value: 50 };
const MEMORY = { metric: 'memory', value: 80 };
const spec = (more: Partial<ScalingSpec> = {}): ScalingSpec => ({
  ...{ min: 1, max: 10, targets: [CPU], cooldownMs: 60_000 },
  ...more,
});

type Values = Readonly<Record<string, number>>;
const ready = (values: Values) => ({ ready: true, values: new Map(Object.entries(values)) });
const unready = (values: Values = {}) => ({ ...ready(values), ready: false });
const cpus = (...percents: readonly number[]) => percents.map((cpu) => ready({ cpu }));

/** One look after a quiet cooldown. */
function decided(given: ScalingSpec, instances: Load['instances'], replicas = instances.length) {
  const asked = [{ at: 0, replicas: given.min }];
  return decideReplicas(given, { replicas, since: 0, asked }, { at: 60_000, replicas, instances });
}
const wanted = (...asked: Parameters<typeof decided>): number => decided(...asked).replicas;

describe('how many instances there should be', () => {
  it('is so many that their mean comes to the target', () => {
    expect(wanted(spec(), cpus(80, 70))).toBe(3);
    expect(wanted(spec(), cpus(20, 10, 15))).toBe(1);
    expect(wanted(spec(), cpus(100, 0))).toBe(2);
  });

  it('is as it is within a tenth of the target', () => {
    expect(wanted(spec(), cpus(55, 54))).toBe(2);
    expect(wanted(spec(), cpus(56, 55))).toBe(3);
    expect(wanted(spec(), cpus(45, 45, 45))).toBe(3);
  });

  it('is never twice as many and more, and never outside of the bounds', () => {
    expect(wanted(spec(), cpus(1_000, 1_000))).toBe(4);
    expect(wanted(spec({ max: 3 }), cpus(1_000, 1_000))).toBe(3);
    expect(wanted(spec({ min: 2 }), cpus(0, 0, 0))).toBe(2);
  });

  it('is the largest over the metrics', () => {
    const both = spec({ targets: [CPU, MEMORY] });
    expect(wanted(both, [ready({ cpu: 10, memory: 100 }), ready({ cpu: 10, memory: 100 })])).toBe(3);
    expect(decided(both, [ready({ cpu: 10, memory: 100 }), ready({ cpu: 10, memory: 100 })]).reason).toBe(
      'memory is at 100% of each instance, its target is 80%',
    );
  });

  it('is as it is where nothing is known, and no less where something is not', () => {
    expect(wanted(spec(), [ready({}), ready({})])).toBe(2);
    expect(wanted(spec(), [], 2)).toBe(2);
    const both = spec({ targets: [CPU, MEMORY] });
    expect(wanted(both, cpus(1, 1))).toBe(2);
    expect(wanted(both, cpus(100, 100))).toBe(4);
  });

  it('does not count what is not ready, and asks for no more while that is on its way', () => {
    expect(wanted(spec(), [...cpus(100), unready({ cpu: 400 })])).toBe(2);
    expect(wanted(spec(), [...cpus(100, 100), unready()])).toBe(4);
    expect(wanted(spec(), [...cpus(10), unready()])).toBe(2);
    expect(wanted(spec(), cpus(100), 2)).toBe(2);
  });

  it('is that of a gauge in its own unit', () => {
    const queue = spec({ targets: [{ metric: 'bus:queue_length', value: 4 }] });
    const decision = decided(queue, [ready({ 'bus:queue_length': 10 }), ready({ 'bus:queue_length': 2 })]);
    expect(decision).toMatchObject({
      replicas: 3,
      reason: 'queue_length is at 6 of each instance, its target is 4',
    });
  });
});

describe('when it changes', () => {
  const at = (seconds: number, replicas: number, percent: number): Load => ({
    ...{ at: seconds * 1_000, replicas },
    instances: Array.from({ length: replicas }, () => ready({ cpu: percent })),
  });

  /** What is decided at each look; each is [second, percent]. */
  function run(looks: readonly (readonly [number, number])[], replicas: number): readonly number[] {
    let memory: ScalingMemory | undefined;
    let now = replicas;
    return looks.map(([second, percent]) => {
      const decision = decideReplicas(spec(), memory, at(second, now, percent));
      [memory, now] = [decision.memory, decision.replicas];
      return now;
    });
  }

  it('not before a cooldown has passed since it was first looked at, or since the last change', () => {
    expect(
      run(
        [0, 30, 59, 60, 90, 119, 120].map((second) => [second, 100]),
        1,
      ),
    ).toEqual([1, 1, 1, 2, 2, 2, 4]);
  });

  it('to fewer only when all of a cooldown was low', () => {
    const low = [0, 15, 30, 45].map((second) => [second, 10] as const);
    expect(run([...low, [60, 10]], 4)).toEqual([4, 4, 4, 4, 1]);
    expect(run([...low, [60, 50], [75, 10], [105, 10], [134, 10], [135, 10]], 4).slice(4)).toEqual([4, 4, 4, 4, 1]);
    // One look was not that low: so many are kept as it asked for.
    expect(
      run(
        [
          [0, 10],
          [30, 30],
          [60, 10],
          [89, 10],
          [90, 10],
        ],
        4,
      ),
    ).toEqual([4, 4, 3, 3, 3]);
  });

  it('begins a cooldown where somebody else has changed it', () => {
    const first = decideReplicas(spec(), undefined, at(0, 1, 100));
    const byHand = decideReplicas(spec(), first.memory, at(60, 3, 100));
    expect(byHand).toMatchObject({ replicas: 3, memory: { since: 60_000 } });
    expect(decideReplicas(spec(), byHand.memory, at(119, 3, 100)).replicas).toBe(3);
    expect(decideReplicas(spec(), byHand.memory, at(120, 3, 100)).replicas).toBe(6);
  });

  it('remembers no more than one look beyond the window', () => {
    let memory: ScalingMemory | undefined;
    for (let second = 0; second < 1_000; second += 15) {
      memory = decideReplicas(spec(), memory, at(second, 2, 50)).memory;
      expect(memory.asked.length).toBeLessThanOrEqual(6);
    }
  });
});

describe('whatever the load', () => {
  const bounds = fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 }))
    .map(([min, more]) => ({ min, max: min + more }));

  it('is never outside of the bounds, never more than doubled, and never twice within a cooldown', () => {
    const percents = fc.array(fc.option(fc.double({ min: 0, max: 2_000, noNaN: true })), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(bounds, percents, ({ min, max }, loads) => {
        const given = spec({ min, max });
        let [memory, now, changed]: [ScalingMemory | undefined, number, number] = [undefined, min, -Infinity];
        for (const [index, percent] of loads.entries()) {
          const at = index * 15_000;
          const one = percent === null ? unready() : ready({ cpu: percent });
          const decision = decideReplicas(given, memory, { at, replicas: now, instances: Array(now).fill(one) as [] });
          expect(decision.replicas).toBeGreaterThanOrEqual(min);
          expect(decision.replicas).toBeLessThanOrEqual(Math.min(max, now * 2));
          if (decision.replicas !== now) {
            expect(at - changed).toBeGreaterThanOrEqual(60_000);
            expect(decision.reason).not.toBe('');
            changed = at;
          }
          [memory, now] = [decision.memory, decision.replicas];
        }
      }),
    );
  });

  it('comes to rest where the load is steady, and does not swing', () => {
    const work = fc.double({ min: 0, max: 1_500, noNaN: true });
    fc.assert(
      fc.property(bounds, work, fc.nat(40), ({ min, max }, total, extra) => {
        const given = spec({ min, max });
        let [memory, now]: [ScalingMemory | undefined, number] = [undefined, Math.min(max, min + extra)];
        const seen: number[] = [];
        for (let at = 0; at < 40 * 15_000; at += 15_000) {
          const instances = cpus(...Array.from({ length: now }, () => total / now));
          const decision = decideReplicas(given, memory, { at, replicas: now, instances });
          [memory, now] = [decision.memory, decision.replicas];
          seen.push(now);
        }
        const directions = new Set(seen.map((count, index) => Math.sign(count - (seen[index - 1] ?? count))));
        expect(directions.has(1) && directions.has(-1)).toBe(false);
        expect(new Set(seen.slice(-4)).size).toBe(1);
        const needed = Math.min(max, Math.max(min, Math.ceil(total / 50 - 1e-9)));
        expect(Math.abs((total / now - 50) / 50) <= 0.1 || now === needed).toBe(true);
      }),
    );
  });
});
