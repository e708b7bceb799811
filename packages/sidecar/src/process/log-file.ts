/** The port `LogReader`: reads the log files that agents write to. Never writes to one. */
import { closeSync, openSync } from 'node:fs';
import type { LogReader } from '../supervise/ports.js';
import { followLog } from './log-follow.js';
import { tailOf } from './log-tail.js';

export const createLogReader = (): LogReader => ({
  last: (path, lines, from) => {
    const fd = openIfThere(path);
    if (fd === undefined) return [];
    try {
      const { whole, rest } = tailOf(fd, lines, from);
      // What has no newline yet is a last line for people all the same.
      return lines <= 0 ? [] : [...whole, ...(rest === '' ? [] : [rest])].slice(-lines);
    } finally {
      closeSync(fd);
    }
  },
  follow: followLog,
});

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
