/** Addresses of sockets as the kernel takes them and as /proc/net shows them. No I/O. */
import { endianness } from 'node:os';
import { isIPv4 } from 'node:net';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type SocketAddress, parseSocketAddress } from '@outrider/shared/runtime/listen.js';

export const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
/** Of sockaddr_un, with the zero at the end. */
const UNIX_PATH_BYTES = 108;
const LITTLE = endianness() === 'LE';

/**
 * Reads what an agent declares for a socket.
 * @throws OutriderError('invalid')
 */
export function parseListenAddress(text: string): SocketAddress {
  const address = parseSocketAddress(text);
  if (address === undefined) {
    throw new OutriderError(
      'invalid',
      `Cannot listen on "${text}": write ADDRESS:PORT, [IPV6]:PORT, or the absolute path of a unix socket or its @name.`,
    );
  }
  if (address.kind === 'unix' && Buffer.byteLength(text) >= UNIX_PATH_BYTES) {
    throw new OutriderError('invalid', `The socket path ${text} is longer than ${UNIX_PATH_BYTES - 1} bytes.`);
  }
  return address;
}

/** Address family and `struct sockaddr`. A unix path that begins with `@` is an abstract name. */
export function encodeAddress(address: SocketAddress): { readonly family: number; readonly bytes: Uint8Array } {
  if (address.kind === 'unix') {
    const abstract = address.path.startsWith('@');
    const path = Buffer.from(abstract ? `\0${address.path.slice(1)}` : `${address.path}\0`);
    return { family: AF_UNIX, bytes: Buffer.concat([family(AF_UNIX), path]) };
  }
  const port = Buffer.alloc(2);
  port.writeUInt16BE(address.port);
  if (isIPv4(address.host)) {
    return { family: AF_INET, bytes: Buffer.concat([family(AF_INET), port, ipBytes(address.host), Buffer.alloc(8)]) };
  }
  const flow = Buffer.alloc(4);
  const scope = Buffer.alloc(4);
  return { family: AF_INET6, bytes: Buffer.concat([family(AF_INET6), port, flow, ipBytes(address.host), scope]) };
}

/** The port of a `struct sockaddr_in` or `sockaddr_in6`. */
export const portOf = (bytes: Uint8Array): number => Buffer.from(bytes).readUInt16BE(2);

/** A `struct sockaddr` for people, as agents would declare it; undefined: it is of another family, or has no name. */
export function textOf(bytes: Uint8Array): string | undefined {
  const data = Buffer.from(bytes);
  if (data.length <= 2) return undefined;
  switch (LITTLE ? data.readUInt16LE(0) : data.readUInt16BE(0)) {
    case AF_UNIX: {
      const name = data.subarray(2).toString();
      return name.startsWith('\0') ? `@${name.slice(1)}` : name.replace(/\0.*$/s, '');
    }
    case AF_INET:
      return `${data.subarray(4, 8).join('.')}:${portOf(data)}`;
    case AF_INET6: {
      const words = Array.from({ length: 8 }, (_, index) => data.readUInt16BE(8 + 2 * index).toString(16));
      // The URL parser writes the shortest form.
      return `${new URL(`http://[${words.join(':')}]/`).hostname}:${portOf(data)}`;
    }
    default:
      return undefined;
  }
}

function family(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  if (LITTLE) bytes.writeUInt16LE(value);
  else bytes.writeUInt16BE(value);
  return bytes;
}

/** The 4 or 16 bytes of an address, in network order. */
export function ipBytes(host: string): Uint8Array {
  if (isIPv4(host)) return Uint8Array.from(host.split('.').map(Number));
  const v4 = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(host);
  const tail = v4 === null ? [] : ipBytes(v4[2] ?? '');
  const text = v4 === null ? host : `${v4[1] ?? ''}0:0`;
  const [head = '', rest] = text.split('::');
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const before = words(head);
  const after = rest === undefined ? [] : words(rest);
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  const bytes = Buffer.alloc(16);
  all.forEach((word, index) => bytes.writeUInt16BE(word, index * 2));
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** As in the columns of /proc/net/tcp and tcp6: words of four bytes in the order of this machine, in hexadecimal. */
export function procNetAddress(host: string, port: number): string {
  const bytes = Buffer.from(ipBytes(host));
  if (LITTLE) bytes.swap32();
  return `${bytes.toString('hex').toUpperCase()}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}
