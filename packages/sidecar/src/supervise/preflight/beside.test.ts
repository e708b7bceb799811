import { expect, test } from 'vitest';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { besideWhatRuns } from './beside.js';

const MiB = 1024 ** 2;
const agent = (name: string, resources: HostAgent['resources'] = {}): HostAgent =>
  ({
    name,
    replicas: 2,
    order: 'start-first',
    sockets: [],
    healthchecks: [],
    dependsOn: [],
    fingerprint: 'f',
    resources,
  }) as never;
const spec = (...agents: readonly HostAgent[]): HostSpec => ({ app: 'a', version: '2', agents }) as never;
const nothingRuns = { apps: [], instances: [] };
const machine = { memoryBytes: 1_000 * MiB, availableBytes: 500 * MiB };

test('a new set that has no room beside the old one is refused, with what it takes', () => {
  const fits = besideWhatRuns(spec(agent('x', { memoryBytes: 225 * MiB })), nothingRuns, machine);
  expect(fits).toEqual({
    ...{ problems: [], notices: [] },
    facts: { besideNeededBytes: 450 * MiB, besideUsableBytes: 450 * MiB },
  });
  const tight = besideWhatRuns(spec(agent('x', { reservations: { memoryBytes: 226 * MiB } })), nothingRuns, machine);
  expect(tight.problems).toEqual([
    expect.stringContaining('takes 452M of memory, and 450M of what is free may be used'),
  ]);
});

test('what runs tells what it uses, that of other apps tells nothing', () => {
  const runs = (app: string): InstanceStatus => ({ app, agent: 'x', memoryBytes: 10 * MiB }) as never;
  const ours = besideWhatRuns(spec(agent('x')), { apps: [], instances: [runs('a')] }, machine);
  expect(ours).toMatchObject({ notices: [], facts: { besideNeededBytes: 20 * MiB } });
  const others = besideWhatRuns(spec(agent('x')), { apps: [], instances: [runs('b')] }, machine);
  expect(others.notices).toEqual([expect.stringContaining('how much memory x will use')]);
  expect(others.facts).toMatchObject({ besideNeededBytes: 0 });
});
