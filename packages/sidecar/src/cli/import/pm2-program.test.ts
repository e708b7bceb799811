import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { runConfig } from './pm2-program.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'outrider-pm2-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (name: string, text: string, limitMs?: number): Promise<unknown> => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return runConfig(file, limitMs);
};

it.each([
  [
    'a.config.cjs',
    'console.log("noise"); setInterval(() => 1, 1e6); module.exports = { apps: [{ script: "a.js", ignore: /x/ }] };',
  ],
  ['a.config.mjs', 'console.error("noise"); export default { apps: [{ script: "a.js", ignore: /x/, f() {} }] };'],
  ['b.config.mjs', 'export const apps = [{ script: "a.js", ignore: /x/ }];'],
])('%s', async (name, text) => {
  expect(await run(name, text)).toEqual({ apps: [{ script: 'a.js', ignore: '/x/' }] });
});

it('hears all of a large export, and refuses one that is too large', async () => {
  const large = (count: number) => `module.exports = { apps: [{ script: 'x'.repeat(${count}) }] };`;
  expect(JSON.stringify(await run('c.config.cjs', large(900_000)))).toHaveLength(
    900_000 + '{"apps":[{"script":""}]}'.length,
  );
  await expect(run('c.config.cjs', large(2_000_000))).rejects.toThrow('It exports more than 1 MiB.');
});

it('hands it nothing of our own environment', async () => {
  process.env['SECRET_OF_OURS'] = '1';
  const exported = (await run('d.config.cjs', 'module.exports = { ...process.env };')) as Record<string, string>;
  delete process.env['SECRET_OF_OURS'];
  expect(Object.keys(exported).filter((name) => !['PATH', 'HOME', 'LANG', 'TZ'].includes(name))).toEqual([]);
});

it.each([
  ['throws', '\nthrow new TypeError("no\\nsuch");', /e\.config\.cjs:2: It fails when it is run: TypeError: no such\.$/],
  ['is no program', 'module.exports = {{', /e\.config\.cjs:1: It fails when it is run: SyntaxError: /],
  ['needs what there is not', 'require("dotenv-of-nobody");', /:1: It fails when it is run: Error: Cannot find module/],
  ['ends at once', 'process.exit(0);', /e\.config\.cjs: It ended before it had exported anything\.$/],
  ['throws nothing', 'throw undefined;', /It fails when it is run: undefined\.$/],
  ['refers to itself', 'module.exports = {}; module.exports.a = module.exports;', /circular structure/],
])('one that %s', async (_what, text, sentence) => {
  await expect(run('e.config.cjs', text)).rejects.toThrow(sentence);
});

it('ends one that hangs, with all that it has started', async () => {
  const pids = join(folder, 'pids');
  const text = `
    const { spawn } = require('node:child_process');
    const child = spawn('sleep', ['3600'], { stdio: 'inherit' });
    require('node:fs').writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid);
    for (;;);`;
  await expect(run('f.config.cjs', text, 3_000)).rejects.toThrow(/It ran for 3 seconds without an end/);
  const started = readFileSync(pids, 'utf8').split(' ');
  expect(started).toHaveLength(2);
  await eventually(() => expect(started.filter((pid) => isAlive(pid))).toEqual([]));
});

/** A process that nobody has waited for yet is dead all the same. */
function isAlive(pid: string): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
