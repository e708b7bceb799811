/** Unix datagram sockets that are read from: who has sent what, by the word of the kernel, and a signal when there is something. */
import { constants } from 'node:os';
import { close } from './descriptors.js';
import { type Block, allocate, checked, errno, failure, libcCall } from './library.js';

const socket = libcCall('int socket(int domain, int type, int protocol)');
const setsockopt = libcCall('int setsockopt(int fd, int level, int name, const int *value, uint32_t length)');
const bind = libcCall('int bind(int fd, const uint8_t *address, uint32_t length)');
const fcntl = libcCall('int fcntl(int fd, int command, ...)');
const recvmsg = libcCall('long recvmsg(int fd, void *message, int flags)');

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_PASSCRED = 16;
const F_SETFL = 4;
const F_SETOWN = 8;
const O_NONBLOCK = 0o4000;
const O_ASYNC = 0o20000;
const EAGAIN = constants.errno.EAGAIN;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_CMSG_CLOEXEC = 0x40000000;
const SCM_RIGHTS = 1;
const SCM_CREDENTIALS = 2;

/** `struct msghdr` of 64 bits, in words of 8 bytes; its two lengths and its flags are whole words of their own. */
const HEADER = { iov: 2, iovCount: 3, control: 4, controlBytes: 5, flags: 6, words: 7 } as const;
const IOV = { at: HEADER.words * 8, words: 2 };
const CONTROL = { at: IOV.at + IOV.words * 8, bytes: 1024 };
/** `struct cmsghdr`: length, level, type; then the data. */
const CONTROL_HEAD_BYTES = 16;
const DATA = { at: CONTROL.at + CONTROL.bytes, bytes: 4096 };

export interface Datagram {
  /** Of the process that has sent it; 0 where the kernel does not say. */
  readonly pid: number;
  /** A copy; undefined where it was longer than 4 KiB. */
  readonly data: Buffer | undefined;
}

/**
 * Bound, and told with each datagram who has sent it. Each one that comes in sends SIGIO to this process, which has
 * to handle that signal by then. Close-on-exec.
 * @throws SystemCallError
 */
export function openDatagramSocket(address: Uint8Array): number {
  const fd = checked('socket', socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  try {
    checked('setsockopt', setsockopt(fd, SOL_SOCKET, SO_PASSCRED, [1], 4));
    checked('fcntl', fcntl(fd, F_SETOWN, 'int', process.pid));
    checked('fcntl', fcntl(fd, F_SETFL, 'int', O_NONBLOCK | O_ASYNC));
    checked('bind', bind(fd, address, address.length));
  } catch (error) {
    close(fd);
    throw error;
  }
  return fd;
}

let block: Block | undefined;

/** The next datagram; undefined: none waits. Descriptors that came with it are closed. @throws SystemCallError */
export function receiveDatagram(fd: number): Datagram | undefined {
  const { pointer, address, memory } = (block ??= allocate(DATA.at + DATA.bytes));
  const words = new BigUint64Array(memory, 0, HEADER.words + IOV.words);
  words.fill(0n);
  words[HEADER.iov] = address + BigInt(IOV.at);
  words[HEADER.iovCount] = 1n;
  words[HEADER.control] = address + BigInt(CONTROL.at);
  words[HEADER.controlBytes] = BigInt(CONTROL.bytes);
  words.set([address + BigInt(DATA.at), BigInt(DATA.bytes)], HEADER.words);
  const length = recvmsg(fd, pointer, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (length < 0) {
    if (errno() === EAGAIN) return undefined;
    throw failure('recvmsg');
  }
  const pid = readControl(memory, Number(words[HEADER.controlBytes]));
  const flags = new Int32Array(memory, HEADER.flags * 8, 1)[0] ?? 0;
  const data = (flags & MSG_TRUNC) === 0 ? Buffer.from(memory.slice(DATA.at, DATA.at + length)) : undefined;
  return { pid, data };
}

/** The sender's pid. Whoever waits for the descriptor that it has passed on goes on when it is closed. */
function readControl(memory: ArrayBuffer, bytes: number): number {
  let pid = 0;
  const end = CONTROL.at + Math.min(bytes, CONTROL.bytes);
  for (let at = CONTROL.at; at + CONTROL_HEAD_BYTES <= end;) {
    const length = Number(new BigUint64Array(memory, at, 1)[0]);
    if (length < CONTROL_HEAD_BYTES || at + length > end) return pid;
    const [level, type] = new Int32Array(memory, at + 8, 2);
    const data = new Int32Array(memory, at + CONTROL_HEAD_BYTES, Math.floor((length - CONTROL_HEAD_BYTES) / 4));
    if (level === SOL_SOCKET && type === SCM_CREDENTIALS) pid = data[0] ?? 0;
    if (level === SOL_SOCKET && type === SCM_RIGHTS) for (const passed of data) close(passed);
    at += Math.ceil(length / 8) * 8;
  }
  return pid;
}
