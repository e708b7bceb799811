import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../runtime/digest.js';
import { manifestBytes, readManifest } from './manifest.js';
import { scanTree } from './tree-scan.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outrider-scan-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, content = path): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};

describe('a tree becomes entries', () => {
  test('files with their bit, links, empty folders; sorted', async () => {
    put('b.txt', 'bee');
    put('a/run.sh', '#!/bin/sh\n');
    chmodSync(join(root, 'a/run.sh'), 0o700);
    mkdirSync(join(root, 'a/empty'));
    symlinkSync('../b.txt', join(root, 'a/link'));
    const tree = await scanTree(root);
    expect(tree.entries).toEqual([
      { kind: 'folder', path: 'a/empty' },
      { kind: 'symlink', path: 'a/link', target: '../b.txt' },
      { kind: 'file', path: 'a/run.sh', mode: 0o755, size: 10, sha256: sha256('#!/bin/sh\n') },
      { kind: 'file', path: 'b.txt', mode: 0o644, size: 3, sha256: sha256('bee') },
    ]);
    expect(tree).toMatchObject({ files: 2, bytes: 13 });
    expect(readManifest(manifestBytes({ app: 'app', entries: tree.entries })).entries).toEqual(tree.entries);
  });

  test('the same content is one source', async () => {
    put('one', 'same');
    put('two', 'same');
    const tree = await scanTree(root);
    expect([...tree.sources.keys()]).toEqual([sha256('same')]);
    expect(tree.files).toBe(2);
  });

  test('.git and what .outriderignore names are left out', async () => {
    put('.git/config');
    put('keep.py');
    put('notes.txt');
    put('cache/deep/file.pyc');
    put('.outriderignore', '*.txt\n**/deep/\n');
    const tree = await scanTree(root);
    expect(tree.entries.map((entry) => entry.path)).toEqual(['cache', 'keep.py']);
  });

  test('a hundred thousand files', async () => {
    for (let folder = 0; folder < 500; folder += 1) {
      mkdirSync(join(root, `d${folder % 7}/${folder}`), { recursive: true });
      for (let index = 0; index < 200; index += 1) writeFileSync(join(root, `d${folder % 7}/${folder}/f${index}`), '');
    }
    let told = 0;
    const tree = await scanTree(root, { progress: (bytes) => (told += bytes) });
    expect(tree).toMatchObject({ files: 100_000, bytes: 0 });
    expect(told).toBe(0);
    const paths = tree.entries.map((entry) => entry.path);
    expect(paths).toEqual([...paths].sort());
    expect(readManifest(manifestBytes({ app: 'app', entries: tree.entries })).entries).toHaveLength(100_000);
  });

  test('odd names are names like others', async () => {
    const odd = ['-rf', 'a b', '*', '[x]', '#c', '!d', '\\e', '\u{1F600}', 'n\u0303', '$(id)', "'", '"', '..x', '~'];
    for (const name of odd) put(`in/${name}`, name);
    const tree = await scanTree(root);
    expect(tree.entries.map(({ path }) => path)).toEqual(odd.map((name) => `in/${name}`).sort());
  });
});

describe('what no release can hold is refused', () => {
  test('a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
    await expect(scanTree(root)).rejects.toThrow(/socket is a socket.*\.outriderignore/);
    await new Promise((resolve) => server.close(resolve));
  });

  test('a named pipe', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await expect(scanTree(root)).rejects.toThrow(/pipe is a named pipe/);
  });

  test('a link that leads out', async () => {
    mkdirSync(join(root, 'a'));
    symlinkSync('../../secret', join(root, 'a/link'));
    await expect(scanTree(root)).rejects.toThrow(/"a\/link", which leads out of the release/);
  });

  test('an absolute link, with what to do about it', async () => {
    symlinkSync('/usr/bin/python3', join(root, 'python'));
    await expect(scanTree(root)).rejects.toThrow(
      /"python" to the absolute path "\/usr\/bin\/python3".*\.outriderignore/,
    );
  });

  test('a link through another that leads out', async () => {
    mkdirSync(join(root, 'deep/er'), { recursive: true });
    symlinkSync('../..', join(root, 'deep/er/up'));
    symlinkSync('deep/er/up/../secret', join(root, 'out'));
    await expect(scanTree(root)).rejects.toThrow(/"out", which leads out of the release/);
  });

  test.each([
    ['setuid', 0o4755],
    ['setgid', 0o2755],
  ])('a file with the %s bit', async (_, mode) => {
    put('tool');
    chmodSync(join(root, 'tool'), mode);
    await expect(scanTree(root)).rejects.toThrow(/tool has a setuid or setgid bit.*chmod ug-s/);
  });

  test('a name with a line break', async () => {
    put('two\nlines');
    await expect(scanTree(root)).rejects.toThrow(/control characters/);
  });

  test('names that look the same', async () => {
    put('caf\u00e9');
    put('cafe\u0301');
    await expect(scanTree(root)).rejects.toThrow(/look the same/);
  });

  test('a name that is not UTF-8', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff])]), '');
    await expect(scanTree(root)).rejects.toThrow(/not UTF-8/);
    await expect(scanTree(root)).rejects.toThrow(`${root} has the name "bad-\\xff" in it`);
  });

  test('a folder with such a name', async () => {
    mkdirSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]));
    await expect(scanTree(root)).rejects.toThrow(
      `${root} has the name "caf\\xe9" in it, which is not UTF-8. Rename it.`,
    );
  });

  test('no folder at all', async () => {
    await expect(scanTree(join(root, 'gone'))).rejects.toThrow(/there is no such folder/);
    put('file');
    await expect(scanTree(join(root, 'file'))).rejects.toThrow(/this is no folder/);
  });
});
