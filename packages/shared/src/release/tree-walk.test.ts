import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { walkTree } from './tree-walk.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outrider-walk-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>, at = root): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), content);
  }
}

const filesOf = async (folder = root, gitignore = true): Promise<string[]> =>
  (await walkTree(folder, { gitignore })).files.map(({ path }) => path).sort();

/** What git itself would take up: untracked, and left out by no .gitignore. */
function byGit(folder: string): string[] {
  const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CEILING_DIRECTORIES: '' };
  execFileSync('git', ['init', '--quiet', '--template=', folder], { env });
  const words = ['-C', folder, 'ls-files', '--others', '--exclude-standard', '-z'];
  return execFileSync('git', words, { env, encoding: 'utf8' }).split('\0').filter(Boolean).sort();
}

describe('.gitignore', () => {
  test('counts in every folder, the nearest first; its order and its case count', async () => {
    write({
      '.gitignore': '*.log\nbuild/\n!keep.log\n/only-here\nREADME\n',
      ...{ 'a.log': '', 'keep.log': '', 'build/x': '', 'only-here': '', readme: '', 'sub/README': '' },
      ...{ 'sub/only-here': '', 'sub/.gitignore': '!a.log\n*.tmp\n', 'sub/a.log': '', 'sub/b.tmp': '', 'b.tmp': '' },
    });
    const expected = ['.gitignore', 'b.tmp', 'keep.log', 'readme', 'sub/.gitignore', 'sub/a.log', 'sub/only-here'];
    expect(await filesOf()).toEqual(expected);
    expect(byGit(root)).toEqual(expected);
    const { leftOutByGit } = await walkTree(root, { gitignore: true });
    expect([...leftOutByGit].sort()).toEqual(['a.log', 'build', 'only-here', 'sub/README', 'sub/b.tmp']);
  });

  test('that of the folders above counts too, up to the root of the repository, unless they leave it out whole', async () => {
    write({ '.gitignore': '*.env\ndist/\n', 'app/x.env': '', 'app/y': '', 'app/dist/z': '', 'dist/q.env': '' });
    expect(await filesOf(join(root, 'app'))).toEqual(['dist/z', 'x.env', 'y']);
    mkdirSync(join(root, '.git'));
    expect(await filesOf(join(root, 'app'))).toEqual(['y']);
    expect(await filesOf(join(root, 'dist'))).toEqual(['q.env']);
  });

  test('a link is no such file, and what git keeps to itself is not asked', async () => {
    write({ rules: '*\n', 'sub/x': '', '.git/info/exclude': 'x\n' });
    symlinkSync('../rules', join(root, 'sub/.gitignore'));
    expect(await filesOf()).toEqual(['rules', 'sub/x']);
  });

  test('counts for nothing where that is asked for', async () => {
    write({ '.gitignore': '*\n', x: '' });
    expect(await filesOf(root, false)).toEqual(['.gitignore', 'x']);
  });
});

describe('.outriderignore', () => {
  test('is above every .gitignore, brings back what they leave out, and is itself left out everywhere', async () => {
    write({
      '.gitignore': '*.bin\nmodels/\n.env\n',
      '.outriderignore': '!*.bin\n!models/\ntests/\n',
      ...{ 'a.bin': '', '.env': '', 'models/m.txt': '', 'models/deep/n.bin': '', 'tests/t': '' },
      ...{ 'sub/.outriderignore': 'a.bin\n', 'sub/a.bin': '', 'sub/b.bin': '', 'sub/.gitignore': 'b.bin\n' },
    });
    expect(await filesOf()).toEqual([
      ...['.gitignore', 'a.bin', 'models/deep/n.bin', 'models/m.txt', 'sub/.gitignore', 'sub/b.bin'],
    ]);
  });

  test('in a folder that is brought back each entry is judged by itself, whatever its name', async () => {
    write({
      '.gitignore': '/[odd] n*me/\n*.log\n',
      '.outriderignore': '!/\\[odd\\] n\\*me/\n',
      ...{ '[odd] n*me/x': '', '[odd] n*me/y.log': '', '[odd] n*me/z/x': '' },
    });
    expect(await filesOf()).toEqual(['.gitignore', '[odd] n*me/x', '[odd] n*me/z/x']);
  });
});

test('random trees under random rules: the same files as git', { timeout: 240_000 }, async () => {
  const name = fc.constantFrom('a', 'b', 'c.txt', 'd.log');
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const pattern = fc
    .tuple(
      fc.constantFrom('', '', '!'),
      fc.constantFrom('', '', '/', '**/'),
      fc.oneof(path, name, fc.constantFrom('*', '*.txt', 'a/*', '**/b', 'a/**', 'a/**/d.log', '?', '[ab]', '*.l?g')),
      fc.constantFrom('', '', '/'),
    )
    .map((parts) => parts.join(''))
    // The library reads these in its own way, and nobody writes them.
    .filter((text) => !text.endsWith('/**/') && !text.includes('**/**'));
  const rules = fc.array(pattern, { minLength: 1, maxLength: 5 }).map((lines) => `${lines.join('\n')}\n`);
  const tree = fc.record({
    files: fc.array(path, { minLength: 1, maxLength: 12 }),
    at: fc.dictionary(fc.constantFrom('', 'a/', 'b/', 'a/b/'), rules, { minKeys: 1 }),
  });
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(tree, async ({ files, at }) => {
      const folder = join(root, String((serial += 1)));
      const folders = [...files, ...Object.keys(at)];
      const leaves = files.filter((file) => !folders.some((other) => other.startsWith(`${file}/`)));
      write(Object.fromEntries(leaves.map((file) => [file, ''])), folder);
      for (const [where, text] of Object.entries(at)) write({ [`${where}.gitignore`]: text }, folder);
      expect(await filesOf(folder)).toEqual(byGit(folder));
    }),
    { numRuns: 60 },
  );
});
