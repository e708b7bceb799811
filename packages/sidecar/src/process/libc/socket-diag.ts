/** One TCP connection, asked of the kernel by its two ends (sock_diag): a table of all of them can have any length. */
import { closeDescriptor } from './descriptors.js';
import { checked, libcCall } from './library.js';

const socket = libcCall('int socket(int domain, int type, int protocol)');
const send = libcCall('long send(int fd, const uint8_t *data, size_t size, int flags)');
const recv = libcCall('long recv(int fd, _Out_ uint8_t *data, size_t size, int flags)');

const AF_NETLINK = 16;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_SOCK_DIAG = 4;
const MSG_DONTWAIT = 0x40;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;

/** `struct nlmsghdr`, then `struct inet_diag_req_v2`. */
const REQUEST_BYTES = 72;
/** Of the request: `sport`, `dport`, `src`, `dst`, `if`, `cookie`. */
const AT = { family: 16, protocol: 17, states: 20, sport: 24, dport: 26, src: 28, dst: 44, cookie: 64 };
/** Of the answer: `struct nlmsghdr`, then `struct inet_diag_msg`. */
const OF = { type: 4, state: 17, inode: 84 };
const ANSWER_BYTES = 4096;

export interface Connection {
  /** As of TCP_ESTABLISHED (1) and on; TCP_LISTEN (10): there is no such connection, only who would take it. */
  readonly state: number;
  /** 0: no process has it. */
  readonly inode: number;
}

export interface End {
  /** The 4 or 16 bytes of the address, in network order; of one family with the other end. */
  readonly address: Uint8Array;
  readonly port: number;
}

/** The end of a connection that is `local`; undefined: there is none, or the kernel does not tell. @throws SystemCallError */
export function findConnection(local: End, remote: End): Connection | undefined {
  const fd = checked('socket', socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  try {
    const request = requestFor(local, remote);
    checked('send', send(fd, request, request.length, MSG_DONTWAIT));
    // The kernel has answered by the time that send() returns.
    const answer = Buffer.alloc(ANSWER_BYTES);
    checked('recv', recv(fd, answer, answer.length, MSG_DONTWAIT));
    const words = new DataView(answer.buffer, answer.byteOffset);
    const type = words.getUint16(OF.type, LITTLE);
    if (type !== SOCK_DIAG_BY_FAMILY) return undefined; // an error, as a rule: it is not there
    return { state: words.getUint8(OF.state), inode: words.getUint32(OF.inode, LITTLE) };
  } finally {
    closeDescriptor(fd);
  }
}

const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function requestFor(local: End, remote: End): Buffer {
  const bytes = Buffer.alloc(REQUEST_BYTES);
  const words = new DataView(bytes.buffer, bytes.byteOffset);
  words.setUint32(0, REQUEST_BYTES, LITTLE);
  words.setUint16(OF.type, SOCK_DIAG_BY_FAMILY, LITTLE);
  words.setUint16(6, NLM_F_REQUEST, LITTLE);
  words.setUint8(AT.family, local.address.length === 4 ? AF_INET : AF_INET6);
  words.setUint8(AT.protocol, IPPROTO_TCP);
  words.setUint32(AT.states, 0xffffffff, LITTLE);
  words.setUint16(AT.sport, local.port);
  words.setUint16(AT.dport, remote.port);
  bytes.set(local.address, AT.src);
  bytes.set(remote.address, AT.dst);
  bytes.fill(0xff, AT.cookie); // any
  return bytes;
}
