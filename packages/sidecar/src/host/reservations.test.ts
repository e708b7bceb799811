import { expect, it } from 'vitest';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { reservationProblems, reservedBy } from './reservations.js';

const GIB = 1024 ** 3;
const spec = (app: string, memoryBytes: number, cpus: number, replicas = 1): HostSpec => ({
  ...{ app, version: '1', digest: 'd', environment: 'test', host: 'pc2', hosts: {} },
  agents: [{ name: 'x', replicas, resources: { reservations: { memoryBytes, cpus } } } as HostAgent],
});
const machine = { memoryBytes: 8 * GIB, cpus: 4 };

it('adds up instances and apps; of an app that is in between, the larger release', () => {
  const others = [spec('b', GIB, 0.1), spec('b', 3 * GIB, 0.1), spec('c', GIB, 0.1)];
  expect(reservedBy(spec('a', GIB, 0.1, 2), others)).toEqual({ memoryBytes: 6 * GIB, cpus: 0.4 });
});

it('refuses what the machine does not have, and nobody who reserves nothing', () => {
  expect(reservationProblems(spec('a', 8 * GIB, 4), [], machine)).toEqual([]);
  expect(reservationProblems(spec('a', 5 * GIB, 3), [spec('b', 4 * GIB, 2)], machine)).toEqual([
    expect.stringMatching(/reservations\.memory .* come to 9G, and the machine has 8192M/),
    expect.stringMatching(/reservations\.cpus .* come to 5, and the machine has 4/),
  ]);
  expect(reservationProblems(spec('a', 0, 0), [spec('b', 9 * GIB, 9)], machine)).toEqual([]);
});
