import { expect, test } from 'vitest';
import { bootId, readStat } from './process-stat.js';
import { ProcessTables } from './process-tree.js';

test('what a process that is not quite young carries is read once', () => {
  const read: number[] = [];
  const tables = new ProcessTables((pid) => {
    read.push(pid);
    return undefined;
  });
  const everything = {
    identity: { pid: 0, startTicks: 0, bootId: bootId() },
    incarnation: 'none of these',
    kin: [],
    direct: false,
    witnessed: false,
  };
  tables.look().members(everything);
  const first = read.splice(0);
  tables.look().members(everything);
  const age = (pid: number): number => readStat(pid)?.startTicks ?? Infinity;
  const oldest = first.reduce((one, other) => (age(other) < age(one) ? other : one));
  expect(read).not.toContain(oldest);
});
