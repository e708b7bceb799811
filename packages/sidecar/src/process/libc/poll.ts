/** Which of many descriptors have something to say, asked in one call that does not wait. */
import { checked, libcCall } from './library.js';

const poll = libcCall('int poll(_Inout_ uint8_t *descriptors, unsigned long count, int timeout)');

/** `struct pollfd`: a descriptor, then what is asked and what has happened in half a word each. */
const POLLFD_WORDS = 2;
const POLLIN = 1;
const ASKED_EVENTS = new Int32Array(Int16Array.of(POLLIN, 0).buffer)[0] ?? POLLIN;

/** Those that can be read from, or are broken. @throws SystemCallError */
export function readableAmong(fds: readonly number[]): readonly number[] {
  const records = new Int32Array(fds.length * POLLFD_WORDS);
  fds.forEach((fd, index) => records.set([fd, ASKED_EVENTS], index * POLLFD_WORDS));
  if (checked('poll', poll(records, fds.length, 0)) === 0) return [];
  return fds.filter((_, index) => records[index * POLLFD_WORDS + 1] !== ASKED_EVENTS);
}
