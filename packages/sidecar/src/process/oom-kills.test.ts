/** The kernel really kills for memory here, in a control group of version 1 where this machine lets us make one. */
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProcesses } from './processes.js';
import { Scratch } from './testing/scratch.js';

const LIMIT = 32 << 20;
const EATER = fileURLToPath(new URL('../../../../test/agents/eat-memory.mjs', import.meta.url));
const folder = join('/sys/fs/cgroup/memory', `outrider-test-${process.pid}`);

function canLimit(): boolean {
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, 'memory.limit_in_bytes'), String(LIMIT));
    return true;
  } catch {
    return false;
  } finally {
    try {
      rmdirSync(folder);
    } catch {
      // There is none.
    }
  }
}

let scratch: Scratch;
beforeEach(() => (scratch = new Scratch()));
afterEach(() => scratch.end());

test.skipIf(!canLimit())('what the kernel killed for memory is told from any other SIGKILL', async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'memory.limit_in_bytes'), String(LIMIT));
  try {
    const greedy = `echo $$ >${join(folder, 'cgroup.procs')}; exec ${process.execPath} ${EATER}`;
    const bystander = scratch.start({ command: ['sleep', '1000'] });
    expect(await scratch.start({ command: ['sh', '-c', greedy] }).ended).toEqual({ kind: 'oom' });
    scratch.processes.signal(bystander.identity, 'SIGKILL');
    expect(await bystander.ended).toEqual({ kind: 'signal', signal: 'SIGKILL' });
  } finally {
    await eventually(() => {
      rmdirSync(folder);
      return true;
    });
  }
});

test.skipIf(!canLimit())(
  'so is one that an earlier sidecar had started, whether the next one was there to see it or not',
  async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'memory.limit_in_bytes'), String(LIMIT));
    try {
      const waits = `echo $$ >${join(folder, 'cgroup.procs')}; until [ -e ${scratch.path('go')} ]; do sleep 0.05; done`;
      const eats = `exec ${process.execPath} ${EATER}`;
      const { identity, ended } = scratch.start({ command: ['sh', '-c', `${waits}; ${eats}`] });
      const seen = createProcesses().adopt(identity)!.ended;
      writeFileSync(scratch.path('go'), '');
      expect(await ended).toEqual({ kind: 'oom' });
      expect(await seen).toEqual({ kind: 'oom' });
      expect(createProcesses().endOf(identity)).toEqual({ kind: 'oom' });
      // One that has the number later, by the kernel's clock.
      expect(createProcesses().endOf({ ...identity, startTicks: 2 ** 40 })).not.toEqual({ kind: 'oom' });
    } finally {
      await eventually(() => {
        rmdirSync(folder);
        return true;
      });
    }
  },
);

test('an end by itself is left as it is', async () => {
  expect(await scratch.start({ command: ['sh', '-c', 'exit 9'] }).ended).toEqual({ kind: 'code', code: 9 });
});
