/** What an archive must not do: each attack as an archive made for it. */
import { createGzip, gzipSync } from 'node:zlib';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Header } from 'tar';
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
  readonly type?: 'File' | 'Link' | 'SymbolicLink' | 'CharacterDevice' | 'FIFO' | 'Directory';
  readonly content?: string;
  readonly linkpath?: string;
  readonly mode?: number;
  /** As the header says, where that is a lie. */
  readonly size?: number;
}

function header({ path, type = 'File', content = '', linkpath = '', mode = 0o644, size }: Entry): Buffer {
  const block = Buffer.alloc(512);
  const bytes = size ?? Buffer.byteLength(content);
  new Header({ path, type, linkpath, mode, size: bytes, uid: 0, gid: 0, mtime: new Date(0) }).encode(block, 0);
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
    ['more than the disk takes', /can be taken here.*TMPDIR/, [{ path: 'big', size: 2 ** 50 }]],
    ['nothing', /there is nothing in it|no tar archive/, []],
  ];
  test.each(refused)('%s', async (_what, words, entries) => {
    await expect(unpackAll(archiveOf(...entries))).rejects.toThrow(words);
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
