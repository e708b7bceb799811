import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = (name: string): string => fileURLToPath(new URL(`../../../${name}/bin/${name}.js`, import.meta.url));
const hasMan = spawnSync('man', ['--version']).status === 0;

it.each(['coordinator', 'sidecar'])('%s has a page for every verb, that no formatter complains of', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'outrider-man-'));
  try {
    const said = execFileSync(process.execPath, [program(name), 'man', '--output', folder, '--json'], {
      encoding: 'utf8',
    });
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThan(10);
    expect((JSON.parse(said) as string[]).length).toBe(files.length);
    if (!hasMan) return;
    for (const file of files) {
      const words = ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', join(folder, file)];
      const { stderr, status } = spawnSync('man', words, { encoding: 'utf8' });
      expect({ file, stderr, status }).toEqual({ file, stderr: '', status: 0 });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('says which page was probably meant', () => {
  const { status, stderr } = spawnSync(process.execPath, [program('coordinator'), 'man', 'rolout'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: 'Error: There is no verb "rolout". Did you mean "coordinator rollout"?\n',
  });
});
