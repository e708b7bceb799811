/** What a push says of what it was given: an archive and its members by their names, no folder of ours. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scanTree } from '@outrider/shared/release/tree-scan.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pushRelease } from './push.js';
import { withSource } from './source.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outrider-source-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const AGENTS = JSON.stringify({ app: 'shop', agents: { web: { command: ['sleep', '60'] } } });

/** A folder `shop`, and what makes an archive of it. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = join(root, 'shop');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

function archiveOf(folder: string, ...words: readonly string[]): string {
  const archive = join(root, 'it.tgz');
  execFileSync('tar', ['-czf', archive, ...words, '-C', dirname(folder), 'shop']);
  return archive;
}

const scan = (from: string) =>
  withSource(from, undefined, ({ folder, origin, source }) =>
    scanTree(folder, { ...origin, gitignore: source.kind === 'folder' }),
  );

/** Nobody listens there: what is wrong with what is pushed is told before. */
const globals = { endpoints: ['127.0.0.1:1'], json: false, timeoutMs: 1_000, environment: undefined };
const push = (from: string, app?: string) =>
  pushRelease(globals, { from, version: '1', sign: false, cache: false, ...(app === undefined ? {} : { app }) });

describe('of an archive', () => {
  test('what is wrong with its agents.yaml is told with its name', async () => {
    const folder = folderOf({ 'agents.yaml': 'app: shop\nagents: {web: {}}\n' });
    const archive = archiveOf(folder);
    await expect(push(archive)).rejects.toThrow(`${archive}: shop/agents.yaml:2: agents.web`);
    rmSync(join(folder, 'agents.yaml'));
    writeFileSync(join(folder, 'other'), '');
    await expect(push(archiveOf(folder))).rejects.toThrow(
      `Cannot read ${archive}: agents.yaml: there is no such file; a release needs one.`,
    );
  });

  test.each([
    ['setuid', 0o4755],
    ['setgid', 0o2755],
  ])('a file with the %s bit is refused as in a folder, with its name', async (_, mode) => {
    const folder = folderOf({ 'agents.yaml': AGENTS, 'bin/tool': '' });
    chmodSync(join(folder, 'bin/tool'), mode);
    const words = 'bin/tool has a setuid or setgid bit, and nothing in a release may gain rights by it.';
    await expect(scan(folder)).rejects.toThrow(`${folder}/${words}`);
    const archive = archiveOf(folder);
    await expect(scan(archive)).rejects.toThrow(`${archive}: shop/${words}`);
    writeFileSync(join(folder, '.outriderignore'), 'tool\n');
    expect((await scan(archiveOf(folder))).entries.map(({ path }) => path)).toEqual(['agents.yaml', 'bin']);
  });

  test('a link out of its folder, and a name that is not UTF-8', async () => {
    const folder = folderOf({ 'agents.yaml': AGENTS });
    symlinkSync('../shop/agents.yaml', join(folder, 'l'));
    const archive = archiveOf(folder);
    await expect(scan(archive)).rejects.toThrow(`${archive} cannot be released: it has the symbolic link "l", which`);
    rmSync(join(folder, 'l'));
    mkdirSync(join(folder, 'a'));
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/a/bad-`), Buffer.from([0xe9])]), '');
    const named = `${archiveOf(folder)}: shop/a has the name "bad-\\ufffd" in it, which is not UTF-8. Rename it.`;
    await expect(scan(archive)).rejects.toThrow(named);
    await expect(scan(folder)).rejects.toThrow(`${folder}/a has the name "bad-\\xe9" in it, which is not UTF-8.`);
  });

  test('what git keeps for itself is left out, and told', async () => {
    const archive = archiveOf(folderOf({ 'agents.yaml': AGENTS, '.git/HEAD': '', 'sub/.git': '' }));
    const { leftOutOfGit, entries } = await scan(archive);
    expect([...leftOutOfGit].sort()).toEqual(['.git', 'sub/.git']);
    expect(entries.map(({ path }) => path)).toEqual(['agents.yaml', 'sub']);
    const { stderr } = await run(archive);
    expect(stderr).toMatch(/^Left out, as it is no part of a release: (\.git, sub\/\.git|sub\/\.git, \.git)\.$/m);
  });
});

test('of a folder: an agents.yaml that is a link is refused and not read, whatever app is named', async () => {
  writeFileSync(join(root, 'secret'), 'app: [secret\n');
  const folder = folderOf({ 'config/agents.yaml': AGENTS });
  for (const target of ['../secret', 'config/agents.yaml', 'nowhere']) {
    symlinkSync(target, join(folder, 'agents.yaml'));
    for (const app of [undefined, 'shop']) {
      const words = `${folder}/agents.yaml is a symbolic link, and must be a file. Put the file itself there.`;
      await expect(push(folder, app)).rejects.toThrow(words);
    }
    rmSync(join(folder, 'agents.yaml'));
  }
});

test('names that a terminal would not show as they are come in quotes', async () => {
  const folder = folderOf({ 'agents.yaml': AGENTS });
  execFileSync('mkfifo', [join(folder, 'gpj.\u202eexe')]);
  await expect(scan(folder)).rejects.toThrow(`"${folder}/gpj.\\u202eexe" is a named pipe`);
  rmSync(join(folder, 'gpj.\u202eexe'));
  writeFileSync(join(folder, '.gitignore'), '*.log\n');
  writeFileSync(join(folder, '\u001b[31m.log'), '');
  const { stderr } = await run(folder);
  expect(stderr).toContain('Left out, as .gitignore says: "\\u001b[31m.log".');
  await expect(push(join(root, 'two\nlines'))).rejects.toThrow(
    /^Cannot read "[^\n]*two\\nlines\/agents.yaml": there is/,
  );
  await expect(push('n'.repeat(300))).rejects.toThrow(/^Cannot read n{300}: its path is longer than .* Shorten it\.$/);
});

/** As the command is run, where nobody listens. */
function run(from: string): Promise<{ readonly stderr: string }> {
  const bin = fileURLToPath(new URL('../../../bin/coordinator.js', import.meta.url));
  const words = ['release', 'push', from, '--version', '1', '--no-sign', '--no-cache', '--timeout', '2s'];
  const env = { PATH: process.env['PATH'], HOME: root, OUTRIDER_ENDPOINT: '127.0.0.1:1', TMPDIR: root };
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...words], { env, timeout: 60_000 }, (_error, _stdout, stderr) => {
      expect(readdirSync(root).filter((name) => name.startsWith('outrider-push-'))).toEqual([]);
      resolve({ stderr });
    });
  });
}
