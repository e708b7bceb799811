/** Descriptors that Node does not own: closing, keeping from children, locking. */
import { checked, failure, libcCall } from './library.js';

/** As the C library has it: for callers that are about to throw another error. */
export const close = libcCall('int close(int fd)');
const fcntl = libcCall('int fcntl(int fd, int command, ...)');
const lseek = libcCall('long lseek(int fd, long offset, int whence)');
const flock = libcCall('int flock(int fd, int operation)');

const F_SETFD = 2;
const FD_CLOEXEC = 1;
const SEEK_END = 2;
const LOCK_EX = 2;
const LOCK_NB = 4;

/** @throws SystemCallError */
export function closeDescriptor(fd: number): void {
  checked('close', close(fd));
}

/** Only children that it is passed to will have it. @throws SystemCallError where there is no such descriptor */
export function closeOnExec(fd: number): void {
  checked('fcntl', fcntl(fd, F_SETFD, 'int', FD_CLOEXEC));
}

/** Locks a file for this process alone, without waiting; false: another has it. The kernel frees it when we end. @throws SystemCallError */
export function tryLock(fd: number): boolean {
  if (flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  const error = failure('flock');
  if (error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK') return false;
  throw error;
}

/** What is read next is what will be written from now on. @throws SystemCallError */
export function seekToEnd(fd: number): void {
  checked('lseek', lseek(fd, 0, SEEK_END));
}
