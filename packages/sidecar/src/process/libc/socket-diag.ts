/**
 * TCP sockets, asked of the kernel (sock_diag): one by its two ends, or those of some states. The tables of /proc/net
 * have all of them, also tens of thousands that have ended already (TIME_WAIT) where a server is busy.
 */
import { closeDescriptor } from './descriptors.js';
import { SystemCallError, checked, libcCall } from './library.js';

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
const NLM_F_DUMP = 0x300;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;

/** `struct nlmsghdr`, then `struct inet_diag_req_v2`. */
const REQUEST_BYTES = 72;
/** Of the request: `sport`, `dport`, `src`, `dst`, `if`, `cookie`. */
const AT = { family: 16, protocol: 17, states: 20, sport: 24, dport: 26, src: 28, dst: 44, cookie: 64 };
/** Of the answer: `struct nlmsghdr`, then `struct inet_diag_msg`. */
const OF = { length: 0, type: 4, error: 16, family: 16, state: 17, sport: 20, src: 24, inode: 84 };
/** The kernel fills no more of a part of a dump than this. */
const ANSWER_BYTES = 32_768;

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

export interface LocalSocket extends End {
  readonly state: number;
  /** 0: no process has it. */
  readonly inode: number;
}

/** The end of a connection that is `local`; undefined: there is none, or the kernel does not tell. @throws SystemCallError */
export function findConnection(local: End, remote: End): Connection | undefined {
  return asking(requestFor(local, remote), (answer) => {
    const words = answer();
    if (words.getUint16(OF.type, LITTLE) !== SOCK_DIAG_BY_FAMILY) return undefined; // an error, as a rule: it is not there
    return { state: words.getUint8(OF.state), inode: words.getUint32(OF.inode, LITTLE) };
  });
}

/** All sockets in these states (TCP_ESTABLISHED is 1), IPv4 and IPv6. @throws SystemCallError */
export const listSockets = (states: readonly number[]): LocalSocket[] =>
  [AF_INET, AF_INET6].flatMap((family) => {
    const mask = states.reduce((bits, state) => bits | (1 << state), 0);
    return asking(request(family, NLM_F_REQUEST | NLM_F_DUMP, mask), (answer) => {
      const found: LocalSocket[] = [];
      for (;;) if (!readPart(answer(), found)) return found;
    });
  });

/** Whether more parts follow. */
function readPart(words: DataView, found: LocalSocket[]): boolean {
  for (let at = 0; at < words.byteLength;) {
    const length = words.getUint32(at + OF.length, LITTLE);
    const type = words.getUint16(at + OF.type, LITTLE);
    if (type === NLMSG_ERROR)
      throw new SystemCallError(
        'sock_diag',
        String(-words.getInt32(at + OF.error, LITTLE)),
        'The kernel lists no sockets',
      );
    if (type === NLMSG_DONE || length === 0) return false;
    const size = words.getUint8(at + OF.family) === AF_INET ? 4 : 16;
    found.push({
      address: new Uint8Array(
        words.buffer.slice(words.byteOffset + at + OF.src, words.byteOffset + at + OF.src + size),
      ),
      port: words.getUint16(at + OF.sport),
      state: words.getUint8(at + OF.state),
      inode: words.getUint32(at + OF.inode, LITTLE),
    });
    at += Math.ceil(length / 4) * 4;
  }
  return true;
}

function asking<T>(question: Buffer, read: (answer: () => DataView) => T): T {
  const fd = checked('socket', socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  try {
    checked('send', send(fd, question, question.length, MSG_DONTWAIT));
    // The kernel has answered by the time that send() returns; parts of a dump follow as each is taken.
    return read(() => {
      const answer = Buffer.alloc(ANSWER_BYTES);
      const size = checked('recv', recv(fd, answer, answer.length, MSG_DONTWAIT));
      return new DataView(answer.buffer, answer.byteOffset, size);
    });
  } finally {
    closeDescriptor(fd);
  }
}

const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function requestFor(local: End, remote: End): Buffer {
  const bytes = request(local.address.length === 4 ? AF_INET : AF_INET6, NLM_F_REQUEST, 0xffffffff);
  bytes.writeUInt16BE(local.port, AT.sport);
  bytes.writeUInt16BE(remote.port, AT.dport);
  bytes.set(local.address, AT.src);
  bytes.set(remote.address, AT.dst);
  bytes.fill(0xff, AT.cookie); // any
  return bytes;
}

function request(family: number, flags: number, states: number): Buffer {
  const bytes = Buffer.alloc(REQUEST_BYTES);
  const words = new DataView(bytes.buffer, bytes.byteOffset);
  words.setUint32(OF.length, REQUEST_BYTES, LITTLE);
  words.setUint16(OF.type, SOCK_DIAG_BY_FAMILY, LITTLE);
  words.setUint16(6, flags, LITTLE);
  words.setUint8(AT.family, family);
  words.setUint8(AT.protocol, IPPROTO_TCP);
  words.setUint32(AT.states, states, LITTLE);
  return bytes;
}
