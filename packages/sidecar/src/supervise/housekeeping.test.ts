import type { AppStatus, HostStatus } from '@outrider/shared/domain/host.js';
import { ManualClock } from '@outrider/shared/testing/manual-clock.js';
import { beforeEach, expect, it } from 'vitest';
import { appStatus, hostStatus, instanceStatus } from '../testing/status.js';
import { Housekeeping } from './housekeeping.js';
import { isAtRest, neededReleases } from './needed-releases.js';
import type { CleanedReleases, NeededReleases } from './ports.js';

const ref = (name: string) => ({ version: name, digest: `d-${name}`, specDigest: `s-${name}` });
const NONE: CleanedReleases = { releases: 0, blobs: 0, bytes: 0, problems: [] };

let clock: ManualClock;
let status: HostStatus;
let asked: NeededReleases[];
let answer: () => Promise<CleanedReleases>;
let said: string[];
let changed: () => void;
let housekeeping: Housekeeping;

const at = (members: Partial<AppStatus>): void => {
  status = hostStatus({ apps: [appStatus(members)] });
  changed();
};
const pass = (ms: number): Promise<void> => clock.advance(ms);

beforeEach(() => {
  clock = new ManualClock();
  status = hostStatus({ apps: [appStatus({ active: ref('1') })] });
  [asked, said, changed, answer] = [[], [], () => undefined, () => Promise.resolve(NONE)];
  housekeeping = new Housekeeping({
    host: { status: () => status, onChange: (listener) => ((changed = listener), () => (changed = () => undefined)) },
    cleaner: { clean: (needed) => (asked.push(needed), answer()) },
    clock,
    onCleaned: () => undefined,
    onProblem: (sentence) => said.push(sentence),
  });
  housekeeping.start();
});

it('begins some time after the start, and what agents do is no reason to look again', async () => {
  await pass(59_000);
  expect(asked).toEqual([]);
  await pass(2_000);
  expect(asked).toHaveLength(1);
  changed();
  await pass(3_600_000);
  expect(asked).toHaveLength(1);
});

it('waits until what is under way has ended, and knows what is needed then', async () => {
  at({ active: ref('1'), candidate: ref('2'), phase: 'switching' });
  await pass(120_000);
  at({ active: ref('1'), candidate: ref('2'), phase: 'trial' });
  await pass(120_000);
  expect(asked).toEqual([]);
  at({ active: ref('2'), previous: ref('1'), phase: 'committed' });
  await pass(3_000);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.releases.map(({ digest }) => digest)).toEqual(['d-2', 'd-1']);
});

it('one at a time: what changes meanwhile is looked at after', async () => {
  let end = (): void => undefined;
  answer = () => new Promise((resolve) => (end = () => resolve(NONE)));
  at({ active: ref('2') });
  await pass(3_000);
  at({ active: ref('3') });
  await pass(30_000);
  expect(asked).toHaveLength(1);
  end();
  await pass(0);
  await pass(3_000);
  expect(asked).toHaveLength(2);
});

it.each<[string, () => Promise<CleanedReleases>]>([
  ['is said', () => Promise.resolve({ ...NONE, problems: ['This is in the way.'] })],
  ['is an error', () => Promise.reject(new Error('This is in the way.'))],
])('what is in the way %s, and tried again later', async (_what, failing) => {
  answer = failing;
  at({ active: ref('2') });
  await pass(3_000);
  expect([asked.length, said]).toEqual([1, ['This is in the way.']]);
  answer = () => Promise.resolve(NONE);
  await pass(11 * 60_000);
  expect(asked).toHaveLength(2);
});

it('does nothing any more once it was stopped', async () => {
  at({ active: ref('2') });
  housekeeping.stop();
  await pass(3_600_000);
  expect(asked).toEqual([]);
});

it('what a host needs: active, before, tried, being staged, and what agents run from', () => {
  const staging = { ...ref('4'), state: 'failed', reason: '', bytesDone: 0, bytesTotal: 0 } as const;
  const apps = [appStatus({ active: ref('2'), previous: ref('1'), candidate: ref('3'), staging })];
  const instances = [instanceStatus('a', { version: '0' }), instanceStatus('b', { version: '0' })];
  const { releases, running } = neededReleases({ apps, instances });
  expect(releases.map(({ digest }) => digest)).toEqual(['d-2', 'd-1', 'd-3', 'd-4']);
  expect(running).toEqual([{ app: 'assistants', version: '0' }]);
  expect(isAtRest({ apps })).toBe(true);
  expect(isAtRest({ apps: [appStatus({ staging: { ...staging, state: 'running' } })] })).toBe(false);
});
