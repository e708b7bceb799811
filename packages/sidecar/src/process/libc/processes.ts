/** Processes: by descriptor (pidfd), never mistaken for another with the same pid; and what this one is to its children. */
import { checked, libcCall, syscall } from './library.js';
import { readableAmong } from './poll.js';

const ioctl = libcCall('int ioctl(int fd, unsigned long request, ...)');
const prctl = libcCall('int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)');
const waitid = libcCall('int waitid(int type, uint32_t id, void *info, int options)');
const waitpid = libcCall('int waitpid(int pid, _Out_ int *status, int options)');

/** The same on every architecture that has them. */
const SYS_PIDFD_OPEN = 434;
const SYS_PIDFD_GETFD = 438;

/** A descriptor that stands for one process and never for another with the same pid. @throws SystemCallError */
export function openProcess(pid: number): number {
  return checked('pidfd_open', syscall(SYS_PIDFD_OPEN, 'int', pid, 'uint', 0));
}

/** Those of the process descriptors whose process has ended; asks the kernel once for all. @throws SystemCallError */
export const endedProcesses = (processFds: readonly number[]): readonly number[] => readableAmong(processFds);

/** A copy of another process's descriptor, close-on-exec. Needs the right to trace it. @throws SystemCallError */
export function copyDescriptor(processFd: number, theirFd: number): number {
  return checked('pidfd_getfd', syscall(SYS_PIDFD_GETFD, 'int', processFd, 'int', theirFd, 'uint', 0));
}

/** `struct pidfd_info` as Linux 6.15 has it: a mask of 8 bytes at 0, the wait status at 60. */
const PIDFD_INFO_BYTES = 64;
const EXIT_CODE_AT = 60;
const PIDFD_INFO_EXIT = 1n << 3n;
/** _IOWR(0xFF, 11, struct pidfd_info) */
const PIDFD_GET_INFO = 0xc040ff0b;

/**
 * The wait status of a process that has ended and was waited for, whoever its parent was. Undefined where the kernel
 * does not tell: before 6.15, or while nobody has waited for it.
 */
export function waitStatusOf(processFd: number): number | undefined {
  const info = Buffer.alloc(PIDFD_INFO_BYTES);
  info.writeBigUInt64LE(PIDFD_INFO_EXIT);
  if (ioctl(processFd, PIDFD_GET_INFO, 'void *', info) < 0) return undefined;
  return (info.readBigUInt64LE() & PIDFD_INFO_EXIT) === 0n ? undefined : info.readInt32LE(EXIT_CODE_AT);
}

const PR_SET_CHILD_SUBREAPER = 36;
const PR_SET_NO_NEW_PRIVS = 38;
const WNOHANG = 1;

/** From now on what below this process loses its parent becomes a child of this process. @throws SystemCallError */
export function becomeSubreaper(): void {
  checked('prctl', prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
}

/** From now on no program that this process starts gains rights by being executed (setuid). Can't be undone. @throws SystemCallError */
export function denyNewPrivileges(): void {
  checked('prctl', prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

const P_ALL = 0;
const WEXITED = 4;
const WNOWAIT = 0x1000000;
/** `siginfo_t`; the pid stands at 16 on machines of 64 bits. */
const childInfo = Buffer.alloc(128);
const PID_AT = 16;

/** A child that has ended and was not waited for, whoever started it; it stays so. Undefined: there is none. */
export function endedChild(): number | undefined {
  childInfo.fill(0);
  const pid = waitid(P_ALL, 0, childInfo, WEXITED | WNOHANG | WNOWAIT) === 0 ? childInfo.readInt32LE(PID_AT) : 0;
  return pid === 0 ? undefined : pid;
}

/**
 * How a child that Node knows nothing of has ended; it is no zombie any more then. Undefined while it runs; `unknown`
 * where somebody else has waited for it.
 */
export function waitStatusOfChild(pid: number): number | 'unknown' | undefined {
  const status = [0];
  const ended = waitpid(pid, status, WNOHANG);
  if (ended === 0) return undefined;
  return ended === pid ? (status[0] ?? 0) : 'unknown';
}
