/** The real thread, from the built program: what it does, how it ends, and what is told of it. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DiskProblem } from '@outrider/shared/release/store/disk.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createReleases, type HostReleases } from '../releases.js';
import { type BlobServer, startBlobServer, TOKEN } from '../testing/blob-server.js';
import { type Sample, sampleOf } from '../testing/sample.js';
import { DiskWork } from './disk-work.js';
import { ThreadedWork } from './threaded-work.js';

const BUILT = fileURLToPath(new URL('../../../dist/bundle/thread.js', import.meta.url));
const ONE = sampleOf('1.0.0', { 'agents.yaml': 'app: assistants\n', code: 'x'.repeat(5_000) });
const TWO = sampleOf('2.0.0', { 'agents.yaml': 'app: assistants\n', code: 'y'.repeat(5_000) });

let folder: string;
let server: BlobServer;
let threads: ThreadedWork[];
let warnings: string[];
let idle: (() => void)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-thread-'));
  server = await startBlobServer([...ONE.contents, ...TWO.contents]);
  [threads, warnings, idle] = [[], [], []];
});
afterEach(async () => {
  for (const thread of threads) await thread.end();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function create(program = pathToFileURL(BUILT), reserveBytes = 0, patienceMs = 0): HostReleases {
  const clock = { ...systemClock, after: (_ms: number, act: () => void) => (idle.push(act), () => undefined) };
  return createReleases({
    ...{ dataDir: join(folder, 'data'), token: () => TOKEN, clock: systemClock, patienceMs, reserveBytes },
    work: (given) => {
      const thread = new ThreadedWork({
        ...{ clock, program, data: { ...given, sliceMs: 20 }, warn: (sentence) => warnings.push(sentence) },
        here: () => new DiskWork({ ...given, clock: systemClock, sliceMs: 5 }),
      });
      threads.push(thread);
      return thread;
    },
  });
}

async function stage(
  releases: HostReleases,
  sample: Sample,
  progress: (done: number, total: number) => void = () => undefined,
  signal = new AbortController().signal,
): Promise<void> {
  releases.accept(sample.documents);
  await releases.stage(
    'assistants',
    sample.release,
    [server.address],
    ({ bytesDone, bytesTotal }) => progress(bytesDone, bytesTotal),
    signal,
  );
}
const code = (releases: HostReleases, sample: Sample): string =>
  readFileSync(join(releases.tree('assistants', sample.release), 'code'), 'utf8');

it('stages, verifies and clears away, tells how far it is, and is not needed where all is well', async () => {
  const releases = create();
  const told: (readonly [number, number])[] = [];
  await stage(releases, ONE, (...progress) => told.push(progress));
  expect(told.at(-1)).toEqual([5_016, 5_016]);
  expect(code(releases, ONE)).toBe('x'.repeat(5_000));
  writeFileSync(join(releases.tree('assistants', ONE.release), 'code'), 'scribbled');
  await releases.verify('assistants', ONE.release, 'mend');
  expect(code(releases, ONE)).toBe('x'.repeat(5_000));
  expect((await releases.needOf(TWO.documents)).neededBytes).toBeGreaterThan(10_000);
  expect(await releases.clean({ releases: [], running: [] })).toMatchObject({ releases: 0, problems: [] });
  await threads[0]?.end();
  rmSync(join(folder, 'data/incoming'), { recursive: true });
  await stage(releases, ONE);
  await releases.verify('assistants', ONE.release, 'check');
  // What a thread makes when it begins.
  expect(existsSync(join(folder, 'data/incoming'))).toBe(false);
});

it('says what is wrong in the words of whoever found it, with what kind of wrong it is', async () => {
  const releases = create();
  await server.close();
  server = await startBlobServer([]);
  await expect(stage(releases, ONE)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^2 files could not be fetched\. The blob .* is not stored here\.$/) as string,
  });
  const full = create(undefined, 2 ** 52);
  await expect(stage(full, ONE)).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringMatching(/^Not enough space in /) as string,
  });
  await expect(stage(full, ONE)).rejects.toBeInstanceOf(DiskProblem);
  expect(warnings).toEqual([]);
});

it('stops when it is told to', async () => {
  const releases = create(undefined, 0, 60_000);
  const stop = new AbortController();
  server.spoil = (_sha256, data) => {
    stop.abort();
    return data;
  };
  server.cut = () => true;
  await expect(stage(releases, ONE, undefined, stop.signal)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'The staging was stopped.',
  });
});

it('that ends in the middle fails what it was doing, with a sentence; the next try has another', async () => {
  const releases = create();
  server.spoil = (_sha256, data) => {
    void threads[0]?.end();
    return data;
  };
  server.cut = () => true;
  await expect(stage(releases, ONE)).rejects.toThrow(
    /^The thread that brings releases to this host has ended: it was ended\. Stage the release again\.$/,
  );
  server.spoil = (_sha256, data) => data;
  server.cut = () => false;
  await stage(releases, ONE);
  expect(code(releases, ONE)).toBe('x'.repeat(5_000));
});

it('ends when there has been nothing to do for a while, and not before', async () => {
  const releases = create();
  const count = (): number => readdirSync('/proc/self/task').length;
  await stage(releases, ONE);
  const before = count();
  idle.at(-1)?.();
  await eventually(() => expect(count()).toBeLessThan(before));
  await stage(releases, TWO);
  expect(code(releases, TWO)).toBe('y'.repeat(5_000));
});

it('is not started from the program of another build: the work is done here, and that is said once', async () => {
  const program = join(folder, 'thread.js');
  copyFileSync(BUILT, program);
  const releases = create(pathToFileURL(program));
  writeFileSync(program, 'process.exit(3)');
  await stage(releases, ONE);
  await stage(releases, TWO);
  expect([code(releases, ONE)[0], code(releases, TWO)[0]]).toEqual(['x', 'y']);
  expect(warnings).toEqual([expect.stringContaining('Restart the sidecar; its agents run on.')]);
});
