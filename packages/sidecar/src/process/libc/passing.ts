/** Descriptors passed on to another process over a unix socket (SCM_RIGHTS). */
import { closeDescriptor } from './descriptors.js';
import { checked, libcCall, sizeOf } from './library.js';

const socket = libcCall('int socket(int domain, int type, int protocol)');
const sendmsg = libcCall('long sendmsg(int fd, const msghdr *message, int flags)', {
  iovec: { base: 'const uint8_t *', length: 'size_t' },
  /** `struct cmsghdr` and one descriptor after it; its size with padding is CMSG_SPACE. */
  cmsg_descriptor: { length: 'size_t', level: 'int', type: 'int', fd: 'int' },
  msghdr: {
    name: 'const uint8_t *',
    nameLength: 'uint32_t',
    parts: 'const iovec *',
    partCount: 'size_t',
    control: 'const cmsg_descriptor *',
    controlLength: 'size_t',
    flags: 'int',
  },
});

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const INT_BYTES = 4;

/**
 * One datagram to a unix socket with a copy of `fd`, without waiting for a full receiver.
 * @throws SystemCallError; EAGAIN: it is full
 */
export function sendDescriptor(address: Uint8Array, data: Uint8Array, fd: number): void {
  const from = checked('socket', socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  try {
    const message = {
      name: address,
      nameLength: address.length,
      parts: { base: data, length: data.length },
      partCount: 1,
      control: { length: sizeOf('size_t') + 3 * INT_BYTES, level: SOL_SOCKET, type: SCM_RIGHTS, fd },
      flags: 0,
    };
    const withLength = { ...message, controlLength: controlBytes() };
    checked('sendmsg', sendmsg(from, withLength, MSG_DONTWAIT | MSG_NOSIGNAL));
  } finally {
    closeDescriptor(from);
  }
}

/** CMSG_SPACE of one descriptor: the header and the descriptor, padded to whole words. */
function controlBytes(): number {
  const word = sizeOf('size_t');
  return Math.ceil((word + 3 * INT_BYTES) / word) * word;
}
