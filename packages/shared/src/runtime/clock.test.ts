import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CLOCK = fileURLToPath(new URL('../../dist/runtime/clock.js', import.meta.url));
const ASK = `import(${JSON.stringify(CLOCK)}).then(({ systemClock }) => console.log(systemClock.sinceBoot()))`;
const OFFSET_S = 1_000_000;

/** Of a process in a time namespace whose clocks are ahead by so much. */
const sinceBoot = (...ahead: readonly string[]): number => {
  const [program = '', ...words] = [
    ...(ahead.length === 0 ? [] : ['unshare', '--user', '--time', '--fork', ...ahead]),
    ...[process.execPath, '-e', ASK],
  ];
  return Number(execFileSync(program, words, { encoding: 'utf8' }));
};
const canShift = spawnSync('unshare', ['--user', '--time', '--fork', '--boottime', '1', 'true']).status === 0;

test.skipIf(!canShift)('sinceBoot is CLOCK_BOOTTIME, which goes on while the machine sleeps', () => {
  const before = sinceBoot();
  expect(sinceBoot('--boottime', String(OFFSET_S)) - before).toBeGreaterThanOrEqual(OFFSET_S * 1_000);
  // CLOCK_MONOTONIC stands still meanwhile: its time is another.
  expect(sinceBoot('--monotonic', String(OFFSET_S)) - before).toBeLessThan(OFFSET_S * 1_000);
});
