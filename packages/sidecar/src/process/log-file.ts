/** The port `LogReader`: reads the log files that agents write to. Never writes to one. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import type { LogReader } from '../supervise/ports.js';
import type { LogExtent } from './log-extent.js';
import { followLog } from './log-follow.js';
import type { LogLedger } from './log-ledger.js';
import { floorOf, lookAt } from './log-look.js';
import { type Tail, tailOf } from './log-tail.js';

export const createLogReader = (ledger: LogLedger): LogReader => ({
  size: (path) => opened(path, ledger, 0, (fd, extent) => extent.offsetOf(fstatSync(fd).size, fstatSync(fd).size)),
  last: (path, lines, from = 0) =>
    opened(path, ledger, [], (fd, extent) => {
      const { size } = fstatSync(fd);
      const position = extent.positionOf(from, size);
      const isCut = position > size;
      const floor = isCut || position <= extent.start ? floorOf(extent) : { position, torn: false };
      return lastOf(
        settled(fd, () => tailOf(fd, lines, floor)),
        lines,
      );
    }),
  look: (path, ask) =>
    opened(path, ledger, [], (fd, extent) => {
      const look = settled(fd, () => lookAt(fd, path, extent, ask));
      return [...look.told, ...lastOf(look, ask.lines)];
    }),
  follow: (path, ask, signal) => followLog(ledger, path, ask, signal),
});

/** What has no newline yet is a last line for people all the same. */
const lastOf = ({ whole, rest }: Tail, lines: number): readonly string[] =>
  lines <= 0 ? [] : [...whole, ...(rest === '' ? [] : [rest])].slice(-lines);

/** The head may have been taken out of the file while it was read: it is shorter then. */
function settled<T extends Tail>(fd: number, read: () => T): T {
  for (;;) {
    const found = read();
    if (fstatSync(fd).size >= found.size) return found;
  }
}

function opened<T>(path: string, ledger: LogLedger, none: T, read: (fd: number, extent: LogExtent) => T): T {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none;
    throw error;
  }
  try {
    return read(fd, ledger.of(fd));
  } finally {
    closeSync(fd);
  }
}
