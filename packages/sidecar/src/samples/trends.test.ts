import type { HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TrendFile } from './trend-file.js';
import { Trends } from './trends.js';

const MINUTE = 60_000;
const MIB = 1024 * 1024;
let now: number;
let bytes: number;
let instance: InstanceStatus;
let system: HostStatus['system'];
let trends: Trends;
let folder: string;
let warnings: string[];

beforeEach(() => {
  [now, bytes] = [0, 100 * MIB];
  instance = {
    ...{ host: 'pc2', app: 'crew', agent: 'memory', instance: 0, incarnation: 'i1', version: '1', fingerprint: 'f' },
    ...{ state: 'ready', ready: true, pid: 7, restarts: 0, since: '', reason: '', critical: true, overdue: false },
    healthScore: 1,
  };
  system = { cpuPercent: 0, memoryPercent: 50, diskPercent: 90 };
  folder = mkdtempSync(join(tmpdir(), 'outrider-trends-'));
  warnings = [];
  trends = create();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, 'trends.json');
const create = (bootId = 'boot', file = path()): Trends =>
  new Trends({
    ...{ host: 'pc2', everyMs: 2 * MINUTE, clock: { sinceBoot: () => now, after: () => () => undefined } },
    status: () => ({ instances: [instance], system }),
    memory: () => new Map([[7, { memoryBytes: bytes }]]),
    limits: () => ({ resources: { memoryBytes: 400 * MIB }, healthchecks: [] }),
    file: new TrendFile(file, bootId, (sentence) => warnings.push(sentence)),
  });

function pass(looks: number, each: (index: number) => void): void {
  for (let index = 0; index < looks; index += 1) {
    now += 2 * MINUTE;
    each(index);
    trends.look();
  }
}

test('memory that grows is told before it is at its limit, and no longer once another process runs', () => {
  pass(30, () => (bytes += 2 * MIB));
  const [found] = trends.trends();
  expect(found).toMatchObject({ metric: 'memory', host: 'pc2', agent: 'memory', limit: 400 * MIB });
  expect(found?.hours).toBeCloseTo(240 / 60, 1);
  expect(found?.sentence).toBe(
    'memory of crew/memory.0 on pc2 reaches 400.0 MiB in about 4h: 160.0 MiB now, 60.0 MiB more an hour',
  );
  instance = { ...instance, incarnation: 'i2' };
  pass(5, () => (bytes += 2 * MIB));
  expect(trends.trends()).toEqual([]);
});

test('a disk that fills up is the trouble of its host', () => {
  pass(20, () => (system = { ...system, diskPercent: system.diskPercent + 0.05 }));
  expect(trends.trends().map(({ sentence }) => sentence)).toEqual([
    'disk of pc2 reaches 95.0 % in about 2h40m: 91.0 % now, 1.5 % more an hour',
  ]);
});

test('more and more errors are told; as many as ever are not', () => {
  pass(20, (index) => {
    for (let count = 0; count < index; count += 1) trends.failed('i1');
  });
  expect(trends.trends()).toMatchObject([{ metric: 'errors', limit: 10 }]);
  pass(90, () => trends.failed('i1'));
  expect(trends.trends()).toEqual([]);
});

const grow = (): number => (bytes += 2 * MIB);

test('the sidecar that comes after goes on with them; another boot, and another process, begin anew', () => {
  pass(30, grow);
  const [before] = trends.trends();
  trends.stop();
  trends = create();
  expect(trends.trends()).toEqual([before]);
  pass(1, grow);
  expect(trends.trends()[0]?.hours).toBeCloseTo((before?.hours ?? 0) - 2 / 60, 1);
  expect(create('another boot').trends()).toEqual([]);
  instance = { ...instance, incarnation: 'i2' };
  pass(1, grow);
  expect(trends.trends()).toEqual([]);
});

test('one that is killed leaves what was written last; what is older than three hours is left out', () => {
  pass(25, grow);
  const next = create();
  expect(next.trends()).toHaveLength(1);
  now += 3 * 60 * MINUTE;
  expect(create().trends()).toEqual([]);
});

test('a file that is none is nothing, and one that cannot be written is said', () => {
  writeFileSync(path(), '{"format":1,"bootId":"boot","ser');
  expect(create().trends()).toEqual([]);
  create('boot', join(path(), 'below', 'a', 'file')).stop();
  expect(warnings).toEqual([expect.stringMatching(/^trends begin anew with the next sidecar: /)]);
});
