/** The kernel really kills for memory here, in a control group of version 1 where this machine lets us make one. */
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scratch } from './testing/scratch.js';

const LIMIT = 32 << 20;
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
    const greedy = `echo $$ >${join(folder, 'cgroup.procs')}; exec ${process.execPath} -e "Buffer.alloc(512 << 20, 1)"`;
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

test('an end by itself is left as it is', async () => {
  expect(await scratch.start({ command: ['sh', '-c', 'exit 9'] }).ended).toEqual({ kind: 'code', code: 9 });
});
