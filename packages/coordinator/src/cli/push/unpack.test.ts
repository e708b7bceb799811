/** What an archive must not do: each attack as an archive made for it. */
import { createGzip, gzipSync } from 'node:zlib';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Header, type types } from 'tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unpack } from './unpack.js';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outrider-unpack-'));
  folder = mkdtempSync(join(root, 'in-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Entry {
  readonly path: string;
  readonly type?: types.EntryTypeName;
  readonly content?: string;
  readonly linkpath?: string;
  readonly mode?: number;
  /** In the header, in place of that of `type`. */
  readonly code?: string;
  /** As the header says, where that is a lie. */
  readonly size?: number;
}

const SUM_AT = 148;
const TYPE_AT = 156;

function header({ path, type = 'File', content = '', linkpath = '', mode = 0o644, size, code }: Entry): Buffer {
  const block = Buffer.alloc(512);
  const bytes = size ?? Buffer.byteLength(content);
  new Header({ path, type, linkpath, mode, size: bytes, uid: 0, gid: 0, mtime: new Date(0) }).encode(block, 0);
  if (code !== undefined) block.write(code, TYPE_AT, 'latin1');
  return withChecksum(block);
}

/** The sum of all bytes, its own taken as spaces. */
function withChecksum(block: Buffer): Buffer {
  block.fill(' ', SUM_AT, SUM_AT + 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, SUM_AT, 'latin1');
  return block;
}

function archiveOf(...entries: readonly Entry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '');
    return [header(entry), content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

const unpackAll = (bytes: Buffer): Promise<void> => unpack(Readable.from([bytes]), 'it.tar', folder);

test('files with their bit, folders and links come out; rights beyond that bit do not', async () => {
  const bytes = archiveOf(
    { path: 'a/', type: 'Directory', mode: 0o000 },
    { path: 'a/run', content: 'run', mode: 0o4755 },
    { path: 'a/text', content: 'text', mode: 0o000 },
    { path: 'link', type: 'SymbolicLink', linkpath: 'a/text' },
  );
  for (const archive of [bytes, gzipSync(bytes)]) await unpackAll(archive);
  expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('text');
  expect(statSync(join(folder, 'a/run')).mode & 0o7777).toBe(0o755);
  expect(statSync(join(folder, 'a/text')).mode & 0o7777).toBe(0o644);
});

test('what is said of the archive and of entries is no file', async () => {
  await unpackAll(
    archiveOf(
      { path: 'of today', type: 'TapeVolumeHeader' },
      { path: 'pax_global_header', type: 'GlobalExtendedHeader', content: '14 comment=abc\n' },
      { path: 'text', content: 'text' },
    ),
  );
  expect(readdirSync(folder)).toEqual(['text']);
});

describe('refused', () => {
  const refused: readonly (readonly [string, RegExp, readonly Entry[]])[] = [
    ['a path that climbs out', /"\.\.\/out", which leads out/, [{ path: '../out', content: 'x' }]],
    ['one that does so later', /which leads out/, [{ path: 'a/../../out', content: 'x' }]],
    ['an absolute path', /"\/tmp\/out", which leads out/, [{ path: '/tmp/out', content: 'x' }]],
    [
      'a hard link',
      /"b" is a hard link.*--hard-dereference/,
      [
        { path: 'a', content: 'a' },
        { path: 'b', type: 'Link', linkpath: 'a' },
      ],
    ],
    ['a device', /neither file, folder nor symbolic link/, [{ path: 'null', type: 'CharacterDevice' }]],
    ['a named pipe', /neither file, folder nor symbolic link/, [{ path: 'pipe', type: 'FIFO' }]],
    [
      'a sparse file, as GNU tar packs it',
      /"hole" is packed as a sparse file.*--sparse/,
      [{ path: 'hole', type: 'SparseFile' }],
    ],
    [
      'a sparse file, in the form of POSIX',
      /a file in it is packed as a sparse file.*--sparse/,
      [
        { path: 'PaxHeaders/hole', type: 'ExtendedHeader', content: '22 GNU.sparse.major=1\n' },
        { path: 'GNUSparseFile.1/hole', content: 'packed' },
      ],
    ],
    ['a part of a file', /"part" is neither file/, [{ path: 'part', type: 'ContinuationFile', content: 'rest' }]],
    [
      'a name that is too long to be read',
      /1\.1 MiB about one entry, and 1(\.0)? MiB are read/,
      [{ path: 'long', type: 'NextFileHasLongPath', content: 'a'.repeat(1_150_000) }],
    ],
    ['a kind that nobody knows', /"what" is neither file/, [{ path: 'what', code: 'Z' }]],
    ['more than the disk takes', /can be taken here.*TMPDIR/, [{ path: 'big', size: 2 ** 50 }]],
    ['nothing', /there is nothing in it|no tar archive/, []],
  ];
  test.each(refused)('%s', async (_what, words, entries) => {
    const others = entries.length === 0 ? [] : [{ path: 'agents.yaml', content: 'app: a' }];
    await expect(unpackAll(archiveOf(...others, ...entries))).rejects.toThrow(words);
    expect(readdirSync(root)).toHaveLength(1);
  });

  test('what goes through a symbolic link', async () => {
    const link: Entry = { path: 'out', type: 'SymbolicLink', linkpath: root };
    await unpackAll(archiveOf(link, { path: 'out/in', content: 'x' })).catch(() => undefined);
    expect(readdirSync(root)).toHaveLength(1);
  });

  test('a bomb', async () => {
    const zip = createGzip({ level: 9 });
    const size = 300 * 1024 * 1024;
    const zeros = Buffer.alloc(1024 * 1024);
    const whole = Readable.from(
      (function* () {
        yield header({ path: 'zeros', size });
        for (let done = 0; done < size; done += zeros.length) yield zeros;
        yield Buffer.alloc(1024);
      })(),
    );
    await expect(unpack(whole.pipe(zip), 'it.tgz', folder)).rejects.toThrow(/more than 1000 times as large/);
  });

  test('one that was cut off', async () => {
    const whole = archiveOf({ path: 'a', content: 'a'.repeat(5_000) });
    await expect(unpackAll(whole.subarray(0, 3_000))).rejects.toThrow(/Cannot unpack it\.tar/);
  });
});
