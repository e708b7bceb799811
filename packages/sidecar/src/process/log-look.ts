/** A look at the end of an open log: its last lines, or those since a moment, and a line of ours where any are left out. */
import { fstatSync, readSync } from 'node:fs';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import type { LogLook } from '../supervise/ports.js';
import { archivesOf } from './log-archives.js';
import type { LogExtent } from './log-extent.js';
import { type Floor, MOST_TAIL_BYTES, type Tail, tailOf } from './log-tail.js';

const MOST_SINCE_BYTES = 4 * MOST_TAIL_BYTES;
/** How far the beginning of a line is looked for. */
const LONGEST_LINE_BYTES = 64 * 1024;
const NEWLINE = 10;

export interface Look extends Tail {
  /** Lines of ours that come first. */
  readonly told: readonly string[];
}

/** Of the log that `path` names. */
export function lookAt(fd: number, path: string, extent: LogExtent, { lines, since }: LogLook): Look {
  if (since === undefined) return { ...tailOf(fd, lines, floorOf(extent)), told: [] };
  const { size } = fstatSync(fd);
  const moment = extent.times.since(since);
  const told: string[] = [];
  const isGone = moment.offset < extent.begin;
  if (isGone || (moment.isTooEarly === true && archivesOf(path).length > 0)) {
    told.push(`[outrider] This log does not reach back so far; what is older is in ${path}.1.gz and the next ones.`);
  } else if (moment.between !== undefined) {
    const [from, to] = moment.between.map(rfc3339) as [string, string];
    told.push(`[outrider] The first of these lines may be older: all that is known is from ${from} to ${to}.`);
  }
  const floor = isGone ? floorOf(extent) : beginningOfLine(fd, extent, extent.positionOf(moment.offset, size));
  const tail = tailOf(fd, lines, floor, MOST_SINCE_BYTES);
  const leftOut = tail.start - floor.position;
  if (leftOut > 0 && lines > 0 && !floor.torn) told.push(`[outrider] ${leftOut} bytes since then are left out here.`);
  return { ...tail, told };
}

export const floorOf = ({ start, torn }: LogExtent): Floor => ({ position: start, torn });

/** A line that was under way at the moment is shown whole. */
function beginningOfLine(fd: number, extent: LogExtent, position: number): Floor {
  const from = Math.max(extent.start, position - LONGEST_LINE_BYTES);
  const before = Buffer.allocUnsafe(Math.max(0, position - from));
  const found = before.subarray(0, readSync(fd, before, 0, before.length, from)).lastIndexOf(NEWLINE);
  if (found >= 0) return { position: from + found + 1, torn: false };
  return from === extent.start ? floorOf(extent) : { position, torn: true };
}
