/** Processes by descriptor (pidfd): never mistaken for another with the same pid. */
import { checked, libcCall, syscall } from './library.js';

const poll = libcCall('int poll(_Inout_ uint8_t *descriptors, unsigned long count, int timeout)');

/** `struct pollfd`: a descriptor, then what is asked and what has happened in half a word each. */
const POLLFD_WORDS = 2;
const POLLIN = 1;
const ASKED_EVENTS = new Int32Array(Int16Array.of(POLLIN, 0).buffer)[0] ?? POLLIN;
/** The same on every architecture that has them. */
const SYS_PIDFD_OPEN = 434;
const SYS_PIDFD_GETFD = 438;

/** A descriptor that stands for one process and never for another with the same pid. @throws SystemCallError */
export function openProcess(pid: number): number {
  return checked('pidfd_open', syscall(SYS_PIDFD_OPEN, 'int', pid, 'uint', 0));
}

/** Those of the process descriptors whose process has ended; asks the kernel once for all. @throws SystemCallError */
export function endedProcesses(processFds: readonly number[]): readonly number[] {
  const records = new Int32Array(processFds.length * POLLFD_WORDS);
  processFds.forEach((fd, index) => records.set([fd, ASKED_EVENTS], index * POLLFD_WORDS));
  if (checked('poll', poll(records, processFds.length, 0)) === 0) return [];
  return processFds.filter((_, index) => records[index * POLLFD_WORDS + 1] !== ASKED_EVENTS);
}

/** A copy of another process's descriptor, close-on-exec. Needs the right to trace it. @throws SystemCallError */
export function copyDescriptor(processFd: number, theirFd: number): number {
  return checked('pidfd_getfd', syscall(SYS_PIDFD_GETFD, 'int', processFd, 'int', theirFd, 'uint', 0));
}
