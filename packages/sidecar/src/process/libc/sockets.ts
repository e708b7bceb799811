/** Sockets as the kernel has them: listening without accepting, their addresses, one datagram. */
import { checked, libcCall } from './library.js';
import { close, closeDescriptor } from './descriptors.js';

const socket = libcCall('int socket(int domain, int type, int protocol)');
const setsockopt = libcCall('int setsockopt(int fd, int level, int name, const int *value, uint32_t length)');
const bind = libcCall('int bind(int fd, const uint8_t *address, uint32_t length)');
const connect = libcCall('int connect(int fd, const uint8_t *address, uint32_t length)');
const listen = libcCall('int listen(int fd, int backlog)');
const shutdown = libcCall('int shutdown(int fd, int how)');
const getsockopt = libcCall('int getsockopt(int fd, int level, int name, _Out_ int *value, _Inout_ uint32_t *length)');
const getsockname = libcCall('int getsockname(int fd, _Out_ uint8_t *address, _Inout_ uint32_t *length)');
const sendto = libcCall(
  'long sendto(int fd, const uint8_t *data, size_t size, int flags, const uint8_t *address, uint32_t length)',
);

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_TYPE = 3;
const SO_ACCEPTCONN = 30;
const SHUT_RDWR = 2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** The kernel cuts it to net.core.somaxconn. */
const BACKLOG = 4096;
const LARGEST_ADDRESS_BYTES = 128;

/**
 * A stream socket that listens and that nobody in this process accepts from. Close-on-exec is set, so that
 * only children it is passed to have it. `bound` is called while nobody can connect yet.
 * @throws SystemCallError, and what `bound` throws
 */
export function openListener(family: number, address: Uint8Array, bound: () => void): number {
  const fd = checked('socket', socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  try {
    if (family !== AF_UNIX) checked('setsockopt', setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, [1], 4));
    checked('bind', bind(fd, address, address.length));
    bound();
    checked('listen', listen(fd, BACKLOG));
  } catch (error) {
    close(fd);
    throw error;
  }
  return fd;
}

/** Whether a stream connection stands without waiting. Nothing is sent on it; it is closed again. */
export function connectsAtOnce(family: number, address: Uint8Array): boolean {
  const fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  try {
    // The first only begins; asked again, the kernel says whether it stands.
    return connect(fd, address, address.length) === 0 || connect(fd, address, address.length) === 0;
  } finally {
    close(fd);
  }
}

/** Whether a descriptor is a stream socket that listens; undefined: it is no socket at all. */
export function isListener(fd: number): boolean | undefined {
  const [type, listens] = [optionOf(fd, SO_TYPE), optionOf(fd, SO_ACCEPTCONN)];
  return type === undefined ? undefined : type === SOCK_STREAM && listens === 1;
}

function optionOf(fd: number, name: number): number | undefined {
  const value = [0];
  return getsockopt(fd, SOL_SOCKET, name, value, [4]) === 0 ? value[0] : undefined;
}

/** Ends listening for everybody who has a copy, so that the address is free at once. */
export function stopListening(fd: number): void {
  // A failure means that it did not listen any more.
  shutdown(fd, SHUT_RDWR);
}

/** The address that a socket is bound to, as the kernel writes it. @throws SystemCallError */
export function boundAddress(fd: number): Uint8Array {
  const address = Buffer.alloc(LARGEST_ADDRESS_BYTES);
  const length = [LARGEST_ADDRESS_BYTES];
  checked('getsockname', getsockname(fd, address, length));
  return address.subarray(0, length[0]);
}

/** One datagram to a unix socket, without waiting for a full receiver. @throws SystemCallError */
export function sendUnixDatagram(address: Uint8Array, data: Uint8Array): void {
  const fd = checked('socket', socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  try {
    checked('sendto', sendto(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length));
  } finally {
    closeDescriptor(fd);
  }
}
