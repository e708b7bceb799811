import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkOpenFiles } from './open-files.js';

const limitsUnder = (count: number): string =>
  spawnSync('sh', ['-c', `ulimit -n ${count}; cat /proc/self/limits`], { encoding: 'utf8' }).stdout;

test('too few files are said at once, with the remedy', () => {
  expect(() => checkOpenFiles(limitsUnder(127))).toThrow(
    /^This process may open 127 files, and a sidecar needs 128 .* LimitNOFILE= in its unit, or `ulimit -n`/,
  );
  checkOpenFiles(limitsUnder(128));
  checkOpenFiles(
    readFileSync('/proc/self/limits', 'latin1').replace(/^Max open files +\d+/m, 'Max open files unlimited'),
  );
});
