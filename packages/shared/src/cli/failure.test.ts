import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const built = fileURLToPath(new URL('../../dist/cli/failure.js', import.meta.url));

/** What a verb says that ends in the error of `act`, under a shell's `limits`. */
function failing(act: string, limits = ':'): { readonly status: number | null; readonly stderr: string } {
  const program = `import { openSync } from 'node:fs'; import { runVerb } from ${JSON.stringify(built)}; await runVerb(async () => { ${act} });`;
  const words = [limits, 'exec "$0" --input-type=module -e "$1"'].join('; ');
  return spawnSync('sh', ['-c', words, process.execPath, program], { encoding: 'utf8' });
}

test('a machine that is out of something is no bug of ours: what is missing is said, and the remedy', () => {
  const { status, stderr } = failing('for (;;) openSync("/dev/null", "r");', 'ulimit -n 64');
  expect(stderr).toBe(
    'Error: Cannot open /dev/null: this process is out of file descriptors (EMFILE). Allow it more: LimitNOFILE= in its unit, or `ulimit -n` before it is started.\n',
  );
  expect(status).toBe(1);
});

test('a bug is one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'outrider-failure-'));
  const { stderr } = failing(`openSync(${JSON.stringify(join(folder, 'a', 'b'))}, 'r');`);
  rmSync(folder, { recursive: true });
  expect(stderr).toMatch(/^Error: ENOENT: .* This is a bug of Outrider; --debug shows where\.\n$/);
});
