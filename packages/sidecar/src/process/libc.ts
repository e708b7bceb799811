/**
 * The one file that calls the C library (through koffi, loaded at first use): what Node has no words for.
 * Every call here returns at once. It must never decide anything; its callers know what a failure means.
 */
import { createRequire } from 'node:module';
import { getSystemErrorMap } from 'node:util';
import { OutriderError, messageOf } from '@outrider/shared/runtime/errors.js';

/** A call that failed; `code` is the name of its errno (`EADDRINUSE`). Stays inside this folder. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  constructor(
    readonly call: string,
    readonly code: string,
    meaning: string,
  ) {
    super(`${meaning} (${code} from ${call})`);
  }
}

/** Calls return a number and set errno when it is negative. */
type Call = (...args: readonly unknown[]) => number;

interface Library {
  readonly socket: Call;
  readonly setsockopt: Call;
  readonly bind: Call;
  readonly listen: Call;
  readonly getsockname: Call;
  readonly sendto: Call;
  readonly flock: Call;
  readonly close: Call;
  readonly poll: Call;
  readonly syscall: Call;
  readonly errno: () => number;
}

interface Koffi {
  load(path: null): { func(prototype: string): Call };
  errno(): number;
}

let loaded: Library | undefined;

function library(): Library {
  try {
    return (loaded ??= bind());
  } catch (error) {
    throw new OutriderError('internal', `Cannot call the C library through koffi: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

function bind(): Library {
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  const libc = koffi.load(null);
  return {
    socket: libc.func('int socket(int domain, int type, int protocol)'),
    setsockopt: libc.func('int setsockopt(int fd, int level, int name, const int *value, uint32_t length)'),
    bind: libc.func('int bind(int fd, const uint8_t *address, uint32_t length)'),
    listen: libc.func('int listen(int fd, int backlog)'),
    getsockname: libc.func('int getsockname(int fd, _Out_ uint8_t *address, _Inout_ uint32_t *length)'),
    sendto: libc.func(
      'long sendto(int fd, const uint8_t *data, size_t size, int flags, const uint8_t *address, uint32_t length)',
    ),
    flock: libc.func('int flock(int fd, int operation)'),
    close: libc.func('int close(int fd)'),
    poll: libc.func('int poll(_Inout_ uint8_t *descriptors, unsigned long count, int timeout)'),
    syscall: libc.func('long syscall(long number, ...)'),
    errno: () => koffi.errno(),
  };
}

function failure(call: string): SystemCallError {
  const [code, meaning] = getSystemErrorMap().get(-library().errno()) ?? [
    `errno ${library().errno()}`,
    'unknown error',
  ];
  return new SystemCallError(call, code, meaning);
}

function checked(call: string, result: number): number {
  if (result < 0) throw failure(call);
  return result;
}

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const MSG_DONTWAIT = 0x40;
const LOCK_EX = 2;
const LOCK_NB = 4;
const MSG_NOSIGNAL = 0x4000;
/** The kernel cuts it to net.core.somaxconn. */
const BACKLOG = 4096;
const LARGEST_ADDRESS_BYTES = 128;
/** `struct pollfd`: a descriptor, then what is asked and what has happened in half a word each. */
const POLLFD_WORDS = 2;
const POLLIN = 1;
const ASKED_EVENTS = new Int32Array(Int16Array.of(POLLIN, 0).buffer)[0] ?? POLLIN;
/** The same on every architecture that has them. */
const SYS_PIDFD_OPEN = 434;
const SYS_PIDFD_GETFD = 438;

/**
 * A stream socket that listens and that nobody in this process accepts from. Close-on-exec is set, so that
 * only children it is passed to have it.
 * @throws SystemCallError
 */
export function openListener(family: number, address: Uint8Array): number {
  const libc = library();
  const fd = checked('socket', libc.socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  try {
    if (family !== AF_UNIX) checked('setsockopt', libc.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, [1], 4));
    checked('bind', libc.bind(fd, address, address.length));
    checked('listen', libc.listen(fd, BACKLOG));
  } catch (error) {
    libc.close(fd);
    throw error;
  }
  return fd;
}

/** The address that a socket is bound to, as the kernel writes it. @throws SystemCallError */
export function boundAddress(fd: number): Uint8Array {
  const address = Buffer.alloc(LARGEST_ADDRESS_BYTES);
  const length = [LARGEST_ADDRESS_BYTES];
  checked('getsockname', library().getsockname(fd, address, length));
  return address.subarray(0, length[0]);
}

/** @throws SystemCallError */
export function closeDescriptor(fd: number): void {
  checked('close', library().close(fd));
}

/** One datagram to a unix socket, without waiting for a full receiver. @throws SystemCallError */
export function sendUnixDatagram(address: Uint8Array, data: Uint8Array): void {
  const libc = library();
  const fd = checked('socket', libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  try {
    const sent = libc.sendto(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length);
    checked('sendto', sent);
  } finally {
    libc.close(fd);
  }
}

/** A descriptor that stands for one process and never for another with the same pid. @throws SystemCallError */
export function openProcess(pid: number): number {
  return checked('pidfd_open', library().syscall(SYS_PIDFD_OPEN, 'int', pid, 'uint', 0));
}

/** Those of the process descriptors whose process has ended; asks the kernel once for all. @throws SystemCallError */
export function endedProcesses(processFds: readonly number[]): readonly number[] {
  const records = new Int32Array(processFds.length * POLLFD_WORDS);
  processFds.forEach((fd, index) => records.set([fd, ASKED_EVENTS], index * POLLFD_WORDS));
  if (checked('poll', library().poll(records, processFds.length, 0)) === 0) return [];
  return processFds.filter((_, index) => records[index * POLLFD_WORDS + 1] !== ASKED_EVENTS);
}

/** A copy of another process's descriptor, close-on-exec. Needs the right to trace it. @throws SystemCallError */
export function copyDescriptor(processFd: number, theirFd: number): number {
  return checked('pidfd_getfd', library().syscall(SYS_PIDFD_GETFD, 'int', processFd, 'int', theirFd, 'uint', 0));
}

/** Locks a file for this process alone, without waiting; false: another has it. The kernel frees it when we end. @throws SystemCallError */
export function tryLock(fd: number): boolean {
  if (library().flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  const error = failure('flock');
  if (error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK') return false;
  throw error;
}
