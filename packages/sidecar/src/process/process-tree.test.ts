import { spawn } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { bootId } from './process-stat.js';
import { ProcessTables } from './process-tree.js';

test('what a process that is not quite young carries is read once', async () => {
  const child = spawn('sleep', ['60'], { detached: true });
  try {
    const read: number[] = [];
    const tables = new ProcessTables((pid) => {
      read.push(pid);
      return undefined;
    }, 5);
    const everything = {
      identity: { pid: 0, startTicks: 0, bootId: bootId() },
      incarnation: 'none of these',
      kin: [],
      direct: false,
      witnessed: false,
    };
    const look = (): readonly number[] => {
      tables.look().members(everything);
      return read.splice(0);
    };
    expect(look()).toContain(child.pid);
    await vi.waitFor(() => {
      expect(look()).not.toContain(child.pid);
    });
  } finally {
    child.kill('SIGKILL');
  }
});
