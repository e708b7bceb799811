/** What an archive must not do: each attack as an archive made for it. */
import { randomBytes } from 'node:crypto';
import { createGzip, gzipSync } from 'node:zlib';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Header, type types } from 'tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unpack, type Unpacked } from './unpack.js';

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

/** As a pax header has it, with its own length in front. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

const unpackAll = (bytes: Buffer): Promise<Unpacked> => unpack(Readable.from([bytes]), 'it.tar', folder);

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

test('files with a bit that gives rights are named, by the last that is said of each', async () => {
  const { setsId } = await unpackAll(
    archiveOf(
      { path: './a/run', mode: 0o4755 },
      { path: 'b', mode: 0o2644 },
      { path: 'c', mode: 0o4755 },
      { path: 'c', mode: 0o755 },
      { path: 'd/', type: 'Directory', mode: 0o2755 },
    ),
  );
  expect([...setsId].sort()).toEqual(['a/run', 'b']);
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
      'one that goes up and stays inside, and is not said to lead out',
      /it\.tar: it has the path "a\/\.\.\/b", and paths in it must do without "\.\."\. Make it anew\.$/,
      [{ path: 'a/../b', content: 'x' }],
    ],
    [
      'a link that leads out',
      /it\.tar: "a\/l" is a symbolic link that leads out of it \("\.\.\/\.\.\/x"\)\. Leave it out of the archive\.$/,
      [{ path: 'a/l', type: 'SymbolicLink', linkpath: '../../x' }],
    ],
    [
      'an absolute link',
      /it\.tar: "l" is a symbolic link to the absolute path "\/etc", which is something else on every host\. Make it relative/,
      [{ path: 'l', type: 'SymbolicLink', linkpath: '/etc' }],
    ],
    [
      'a name that is too long',
      /it\.tar: "n{200}" is too long: a name has at most 255 bytes, and a path 4095\. Shorten it\.$/,
      [{ path: 'PaxHeaders/n', type: 'ExtendedHeader', content: record('path', 'n'.repeat(256)) }, { path: 'n' }],
    ],
    [
      'a path of Windows',
      /it\.tar: "c:\/x" begins as a path of Windows does\. Give it another name\.$/,
      [{ path: 'c:/x', content: 'x' }],
    ],
    [
      'a name that a terminal would read as another',
      /it\.tar: "gpj\.\\u202e\\u009bexe" is a hard link/,
      [{ path: 'gpj.\u202e\u009bexe', type: 'Link', linkpath: 'a' }],
    ],
    [
      'a file in the place of a folder',
      /it\.tar: "a" can't be there beside another of its entries, which has that name as another kind\. Make it anew\.$/,
      [
        { path: 'a/b', content: 'x' },
        { path: 'a', content: 'x' },
      ],
    ],
    [
      'a file below a file',
      /it\.tar: "a\/b" can't be there beside another of its entries/,
      [
        { path: 'a', content: 'x' },
        { path: 'a/b', content: 'x' },
      ],
    ],
    [
      'a file below a link',
      /it\.tar: "a\/b" lies below a symbolic link of it\. Make it of a folder that has no such file\.$/,
      [
        { path: 'c/', type: 'Directory' },
        { path: 'a', type: 'SymbolicLink', linkpath: 'c' },
        { path: 'a/b', content: 'x' },
      ],
    ],
    [
      'folders in folders without end',
      /it\.tar: "(d\/)+.*" can't be unpacked\. Give it another name, or leave it out\.$/,
      [{ path: 'PaxHeaders/d', type: 'ExtendedHeader', content: record('path', 'd/'.repeat(1_100)) }, { path: 'd' }],
    ],
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

  test('a link that goes up and stays inside is taken', async () => {
    await unpackAll(
      archiveOf({ path: 'a/l', type: 'SymbolicLink', linkpath: '../a/../b' }, { path: 'b', content: 'b' }),
    );
    expect(readFileSync(join(folder, 'a/l'), 'utf8')).toBe('b');
  });

  const many = (): Buffer => archiveOf({ path: 'a', content: randomBytes(50_000).toString('base64') }, { path: 'b' });
  const altered = (bytes: Buffer, at: number): Buffer =>
    Buffer.concat([bytes.subarray(0, at), Buffer.alloc(64, 0xff), bytes.subarray(at + 64)]);
  test.each([
    ['that ends too early', () => many().subarray(0, 3_000), 'it ends too early. Fetch it or make it again'],
    [
      'that ends too early, compressed',
      () => gzipSync(many()).subarray(0, 3_000),
      'it ends too early. Fetch it or make it again',
    ],
    [
      'that is damaged, compressed',
      () => altered(gzipSync(many()), 20_000),
      'it is damaged. Fetch it or make it again',
    ],
    [
      'of which a header is damaged',
      () => altered(many(), many().length - 1_536),
      'it is damaged. Fetch it or make it again',
    ],
  ])('one %s, in words of ours', async (_, make, words) => {
    await expect(unpackAll(make())).rejects.toThrow(`Cannot unpack it.tar: ${words}.`);
  });

  test.each([
    ['text', Buffer.from('app: a\n'.repeat(500))],
    ['what only begins as zstd does', Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(600, 0x41)])],
    ['a zip', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(2_000, 0x41)])],
    ['what only begins as gzip does', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(600, 0x41)])],
  ])('%s is no archive', async (what, bytes) => {
    const words = what.includes('gzip')
      ? /: it is damaged\. Fetch it/
      : /it is no tar archive.*zip: unzip it, and push the folder/;
    await expect(unpackAll(bytes)).rejects.toThrow(words);
  });

  test('one that may not be read', async () => {
    const failing = new Readable({
      read() {
        this.destroy(Object.assign(new Error('EACCES: permission denied, open'), { code: 'EACCES', syscall: 'open' }));
      },
    });
    const words = 'Cannot unpack it.tar: this user may not read it. Give it the right to.';
    await expect(unpack(failing, 'it.tar', folder)).rejects.toThrow(words);
  });

  test('one that was cut off', async () => {
    const whole = archiveOf({ path: 'a', content: 'a'.repeat(5_000) });
    await expect(unpackAll(whole.subarray(0, 3_000))).rejects.toThrow(/Cannot unpack it\.tar/);
  });
});
