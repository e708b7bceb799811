import type { StageStep } from '../supervise/ports.js';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Releases } from '../supervise/ports.js';
import { createReleases, type ReleasesOptions } from './releases.js';
import { type BlobServer, startBlobServer, TOKEN } from './testing/blob-server.js';
import { agentOf, FOLDER, type Sample, sampleOf } from './testing/sample.js';

const SHARED = 'import common\n'.repeat(300);
const ONE = sampleOf('1.0.0', {
  'agents.yaml': 'app: assistants\n',
  'agents/memory.py': SHARED,
  'agents/link.py': { target: 'memory.py' },
  'bin/start': { run: '#!/bin/sh\necho started\n' },
  'data/empty': FOLDER,
  'data/nothing': '',
});
const TWO = sampleOf('1.1.0', {
  'agents.yaml': 'app: assistants\n',
  'agents/memory.py': SHARED,
  'agents/new.py': 'new',
});

let folder: string;
let server: BlobServer;
let releases: Releases;

const create = (patch: Partial<ReleasesOptions> = {}): Releases =>
  createReleases({ dataDir: folder, token: () => TOKEN, clock: systemClock, patienceMs: 0, ...patch });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-releases-'));
  server = await startBlobServer([...ONE.contents, ...TWO.contents]);
  releases = create();
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const NEVER = new AbortController().signal;
const progress: [number, number][] = [];

const tell = ({ bytesDone, bytesTotal }: StageStep): void => void progress.push([bytesDone, bytesTotal]);

async function stage(sample: Sample, sources = [server.address], signal = NEVER, of = releases): Promise<void> {
  of.accept(sample.documents);
  await of.stage('assistants', sample.release, sources, tell, signal);
}

const treeOf = (sample: Sample): string => releases.tree('assistants', sample.release);
const inTree = (sample: Sample, path: string): string => join(treeOf(sample), path);
const text = (path: string): string => readFileSync(path, 'utf8');
const blobPath = (content: string): string => join(folder, 'blobs', sha256(content).slice(0, 2), sha256(content));
const modeOf = (path: string): number => lstatSync(path).mode & 0o7777;

describe('staging', () => {
  it('fetches, proves and builds a release; the same again asks for nothing', async () => {
    progress.length = 0;
    await stage(ONE);
    expect(text(inTree(ONE, 'agents/memory.py'))).toBe(SHARED);
    expect(readlinkSync(inTree(ONE, 'agents/link.py'))).toBe('memory.py');
    expect(execFileSync(inTree(ONE, 'bin/start'), { encoding: 'utf8' })).toBe('started\n');
    expect([modeOf(inTree(ONE, 'agents/memory.py')), modeOf(inTree(ONE, 'bin/start'))]).toEqual([0o644, 0o755]);
    expect(readdirSync(inTree(ONE, 'data/empty'))).toEqual([]);
    expect(text(inTree(ONE, 'data/nothing'))).toBe('');
    expect(releases.spec('assistants', ONE.release).version).toBe('1.0.0');
    const [done, total] = progress.at(-1) ?? [0, 1];
    expect(done).toBe(total);
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);

    await stage(ONE, []);
    expect(server.asked).toHaveLength(1);
  });

  it('fetches only what is not here', async () => {
    await stage(ONE);
    await stage(TWO);
    expect(server.asked[1]).toEqual([sha256('new')]);
  });

  it('asks the next source where one is gone, does not know it, or sends something else', async () => {
    const liar = await startBlobServer(ONE.contents);
    liar.spoil = (_sha256, data) => Buffer.from(data.toString().toUpperCase());
    const stranger = await startBlobServer([]);
    try {
      await stage(ONE, ['127.0.0.1:1', liar.address, stranger.address, server.address]);
      expect(text(inTree(ONE, 'agents/memory.py'))).toBe(SHARED);
    } finally {
      await liar.close();
      await stranger.close();
    }
  });

  it('goes on after a source that broke off, and asks only for the rest', async () => {
    server.breakAfter = 2;
    releases = create({ patienceMs: 60_000 });
    await stage(ONE);
    expect(server.asked.map((digests) => digests.length)).toEqual([4, 2]);
  });

  it('has patience with a blob that takes long and breaks off: what counts is when the last bytes came', async () => {
    const big = 'x'.repeat(5_000);
    const sample = sampleOf('2.0.0', { 'agents.yaml': big });
    const slow = await startBlobServer(sample.contents);
    let now = 0;
    let calls = 0;
    slow.cut = () => (calls += 1) === 1;
    releases = create({ patienceMs: 60_000, clock: { ...systemClock, monotonic: () => now } });
    try {
      releases.accept(sample.documents);
      const told = (): void => void (now += 30_000);
      await releases.stage('assistants', sample.release, [slow.address], told, NEVER);
      expect(text(inTree(sample, 'agents.yaml'))).toBe(big);
      expect(slow.asked).toHaveLength(2);
    } finally {
      await slow.close();
    }
  });

  it('says who could not give what, and leaves nothing half', async () => {
    server.spoil = (_sha256, data) => Buffer.concat([data, Buffer.from('!')]);
    await expect(stage(ONE)).rejects.toThrow(
      /4 files could not be fetched\. The content sent as .* is longer than \d+ bytes\./,
    );
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
    expect(existsSync(treeOf(ONE))).toBe(false);
    expect(() => releases.spec('assistants', ONE.release)).toThrow('assistants 1.0.0 is not staged on this host.');
  });

  it('does not ask for ever with a wrong token', async () => {
    releases = create({ token: () => 'no-such-token-at-all', patienceMs: 60_000 });
    await expect(stage(ONE)).rejects.toThrow(/Blobs needs the token/);
    expect(server.asked).toEqual([]);
  });

  it('ends when it is stopped', async () => {
    const stop = new AbortController();
    server.spoil = (_sha256, data) => {
      stop.abort();
      return data;
    };
    await expect(stage(ONE, [server.address], stop.signal)).rejects.toThrow(/stopped/);
    expect(existsSync(treeOf(ONE))).toBe(false);
  });

  it('goes on from what a kill has left, whatever that is', async () => {
    const building = `${treeOf(ONE)}.building`;
    mkdirSync(join(building, 'agents'), { recursive: true });
    writeFileSync(join(building, 'agents/memory.py'), SHARED.slice(0, 100));
    writeFileSync(join(building, 'agents.yaml'), 'app: assistants\n');
    writeFileSync(join(folder, 'incoming/half'), 'half');
    mkdirSync(join(folder, 'blobs', sha256(SHARED).slice(0, 2)));
    writeFileSync(blobPath(SHARED), SHARED.slice(0, 100));
    releases = create();
    await stage(ONE);
    expect(text(inTree(ONE, 'agents/memory.py'))).toBe(SHARED);
    expect([readdirSync(join(folder, 'incoming')), existsSync(building)]).toEqual([[], false]);
  });

  it('keeps a reserve of the disk', async () => {
    releases = create({ reserveBytes: Number.MAX_SAFE_INTEGER / 2 });
    await expect(stage(ONE)).rejects.toThrow(/Not enough space in .*: this release needs .* KiB, .* are free/);
    expect(server.asked).toEqual([]);
  });

  it('on a disk that fills up says so, leaves nothing half, and works once there is room', async (test) => {
    const small = join(folder, 'small');
    mkdirSync(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', small], { stdio: 'ignore' });
    } catch {
      test.skip('a small file system can be mounted by root only');
    }
    try {
      const big = sampleOf('3.0.0', { 'agents.yaml': 'app: assistants\n', big: Buffer.alloc(300_000, 'x') });
      await server.close();
      server = await startBlobServer(big.contents);
      const ballast = join(small, 'ballast');
      const onSmall = create({ dataDir: small, reserveBytes: -1e9 });
      writeFileSync(ballast, Buffer.alloc(300_000));
      await expect(stage(big, [server.address], NEVER, onSmall)).rejects.toThrow(
        /^The disk is full: .* could not be written\. Free some space and try again\.$/,
      );
      expect(readdirSync(join(small, 'incoming'))).toEqual([]);
      expect(() => onSmall.spec('assistants', big.release)).toThrow('not staged');
      rmSync(ballast);
      await expect(stage(big, [server.address], NEVER, onSmall)).rejects.toThrow(/^The disk is full/);
      execFileSync('mount', ['-o', 'remount,size=2m', small]);
      await stage(big, [server.address], NEVER, onSmall);
      expect(onSmall.spec('assistants', big.release).version).toBe('3.0.0');
    } finally {
      execFileSync('umount', [small]);
    }
  });
});

describe('documents', () => {
  it.each([
    ['manifest', { ...ONE.documents, manifest: TWO.documents.manifest }, /The manifest has the sha256/],
    ['host spec', { ...ONE.documents, hostSpec: TWO.documents.hostSpec }, /The host spec has the sha256/],
    ['digest', { ...ONE.documents, release: { ...ONE.release, digest: '../../etc' } }, /is no digest/],
    ['version', { ...ONE.documents, release: { ...ONE.release, version: '../x' } }, /is no version/],
    [
      'version of the spec',
      { ...ONE.documents, release: { ...ONE.release, version: '9.9.9' } },
      /The host spec is of assistants 1\.0\.0/,
    ],
    ['path upwards', sampleOf('1', { '../x': 'x' }).documents, /paths are relative/],
    ['absolute path', sampleOf('1', { '/etc/passwd': 'x' }).documents, /paths are relative/],
    ['path with a line break', sampleOf('1', { 'a\nb': 'x' }).documents, /control characters/],
    ['link that climbs out', sampleOf('1', { 'a/l': { target: '../../x' } }).documents, /leads out of the release/],
    [
      'file below a link',
      sampleOf('1', { a: { target: '/etc' }, 'a/passwd': 'x' }).documents,
      /which is an entry itself/,
    ],
    ['no spec', sampleOf('1', {}, { agents: 'none' as never }).documents, /needs app, version, digest/],
    [
      'name of an agent',
      sampleOf('1', {}, { agents: [agentOf('../../x')] }).documents,
      /agents\[0\] has no proper "name"/,
    ],
    ['agent', sampleOf('1', {}, { agents: [{ name: 'x' } as never] }).documents, /agents\[0\] has no proper "command"/],
    [
      'twin',
      sampleOf('1', {}, { agents: [agentOf('x'), agentOf('x')] }).documents,
      /agents\[1\] has the name of another agent/,
    ],
    ['app of the spec', sampleOf('1', {}, { host: '../x' }).documents, /needs app, version, digest/],
  ])('with a wrong %s are refused and not kept', (_what, documents, sentence) => {
    expect(() => releases.accept(documents)).toThrow(sentence);
    expect(readdirSync(join(folder, 'releases'))).toEqual([]);
  });

  it('damaged on disk are not believed', async () => {
    await stage(ONE);
    const path = join(folder, 'releases/assistants/manifests', `${ONE.release.digest}.json`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('memory', 'nemory'));
    await expect(releases.verify('assistants', ONE.release, 'mend')).rejects.toThrow(`${path} is damaged`);
  });

  it('of an app with a name that is none never become a path', () => {
    expect(() => releases.tree('../x', ONE.release)).toThrow('is no name of an app');
  });
});

describe('a tree that its agents have written to', () => {
  beforeEach(async () => {
    await stage(ONE);
    await stage(TWO);
  });

  it('changes neither what it is mended from nor another tree', async () => {
    execFileSync('/bin/sh', ['-c', 'for f in agents/*.py bin/start agents.yaml; do echo changed >> $f; done'], {
      cwd: treeOf(ONE),
    });
    expect(text(inTree(ONE, 'agents/memory.py'))).toContain('changed');
    expect(text(inTree(TWO, 'agents/memory.py'))).toBe(SHARED);
    expect(text(blobPath(SHARED))).toBe(SHARED);
    await releases.verify('assistants', ONE.release, 'check');
    expect(text(inTree(ONE, 'agents/memory.py'))).toContain('changed');
    await releases.verify('assistants', ONE.release, 'mend');
    expect(text(inTree(ONE, 'agents/memory.py'))).toBe(SHARED);
    expect(modeOf(inTree(ONE, 'bin/start'))).toBe(0o755);
  });

  it.each<[string, (root: string) => void]>([
    ['a file was removed', (root) => rmSync(join(root, 'agents/memory.py'))],
    ['a mode was changed', (root) => chmodSync(join(root, 'agents/memory.py'), 0o4777)],
    [
      'a file became a link',
      (root) => {
        rmSync(join(root, 'agents/memory.py'));
        symlinkSync('/etc/passwd', join(root, 'agents/memory.py'));
      },
    ],
    [
      'a file became a folder',
      (root) => {
        rmSync(join(root, 'agents/memory.py'));
        mkdirSync(join(root, 'agents/memory.py/x'), { recursive: true });
      },
    ],
    [
      'a link leads elsewhere',
      (root) => {
        rmSync(join(root, 'agents/link.py'));
        symlinkSync('/etc/passwd', join(root, 'agents/link.py'));
      },
    ],
    [
      'a folder became a file',
      (root) => {
        rmSync(join(root, 'agents'), { recursive: true });
        writeFileSync(join(root, 'agents'), '');
      },
    ],
    ['a folder was removed', (root) => rmSync(join(root, 'data'), { recursive: true })],
    ['all of it was removed', (root) => rmSync(root, { recursive: true })],
  ])('is mended where %s', async (_what, harm) => {
    harm(treeOf(ONE));
    await releases.verify('assistants', ONE.release, 'mend');
    expect(text(inTree(ONE, 'agents/memory.py'))).toBe(SHARED);
    expect(modeOf(inTree(ONE, 'agents/memory.py'))).toBe(0o644);
    expect(readlinkSync(inTree(ONE, 'agents/link.py'))).toBe('memory.py');
    expect(lstatSync(inTree(ONE, 'data/empty')).isDirectory()).toBe(true);
  });

  it('is never mended through a link into another tree', async () => {
    const before = text(inTree(TWO, 'agents/memory.py'));
    renameSync(inTree(ONE, 'agents'), inTree(ONE, 'elsewhere'));
    symlinkSync(inTree(TWO, 'agents'), inTree(ONE, 'agents'));
    writeFileSync(inTree(TWO, 'agents/memory.py'), 'of the other release');
    await releases.verify('assistants', ONE.release, 'mend');
    expect(text(inTree(TWO, 'agents/memory.py'))).toBe('of the other release');
    expect(lstatSync(inTree(ONE, 'agents')).isDirectory()).toBe(true);
    expect(text(inTree(ONE, 'agents/memory.py'))).toBe(before);
  });

  it('keeps what they wrote beside the entries', async () => {
    writeFileSync(inTree(ONE, 'agents/notes.txt'), 'mine');
    await releases.verify('assistants', ONE.release, 'mend');
    expect(text(inTree(ONE, 'agents/notes.txt'))).toBe('mine');
  });

  it('whose stored content is damaged too is mended from whoever served it last', async () => {
    writeFileSync(blobPath(SHARED), 'x'.repeat(SHARED.length));
    rmSync(inTree(ONE, 'agents/memory.py'));
    releases = create();
    await releases.verify('assistants', ONE.release, 'mend');
    expect(text(inTree(ONE, 'agents/memory.py'))).toBe(SHARED);
    expect(text(blobPath(SHARED))).toBe(SHARED);
  });

  it('and can be mended from nowhere is named', async () => {
    await server.close();
    rmSync(blobPath(SHARED));
    await releases.verify('assistants', ONE.release, 'mend');
    await releases.verify('assistants', ONE.release, 'check');
    rmSync(inTree(ONE, 'agents/memory.py'));
    const sentence =
      /^agents\/memory\.py of assistants 1\.0\.0 is not what the release says, and its stored content is damaged too\./;
    await expect(releases.verify('assistants', ONE.release, 'check')).rejects.toThrow(sentence);
    await expect(releases.verify('assistants', ONE.release, 'mend')).rejects.toThrow(sentence);
    expect(existsSync(inTree(ONE, 'agents/memory.py'))).toBe(false);
  });
});
