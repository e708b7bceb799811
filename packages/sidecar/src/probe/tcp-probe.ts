/** Asks by opening a TCP connection. Sends nothing. */
import { parseHostPort } from '@outrider/shared/runtime/listen.js';
import type { ProbeTarget } from '../supervise/ports.js';
import type { Answer } from './answer.js';
import { failed, ok } from './answer.js';
import type { Deadline } from './deadline.js';
import { connectProven, connectTo, isShared } from './proof.js';
import type { OwnsConnection } from './proof.js';

/** See process/quick-connect.ts. */
export type AcceptsAtOnce = (host: string, port: number) => boolean;

/** The good answer, where it can be had without waiting; undefined: ask in the ordinary way. */
export function askTcpAtOnce(address: string, target: ProbeTarget, accepts: AcceptsAtOnce): Answer | undefined {
  const place = parseHostPort(address);
  if (place === undefined || isShared(place.host, place.port, target.shared)) return undefined;
  return accepts(place.host, place.port) ? accepting(address) : undefined;
}

export async function askTcp(
  address: string,
  target: ProbeTarget,
  owns: OwnsConnection,
  deadline: Deadline,
): Promise<Answer> {
  const place = parseHostPort(address);
  if (place === undefined) return failed(`"${address}" is no HOST:PORT.`);
  const { host, port } = place;
  if (!isShared(host, port, target.shared)) {
    (await connectTo(host, port, deadline)).destroy();
    return accepting(address);
  }
  const connected = await connectProven(host, port, target, owns, deadline);
  if ('answer' in connected) return connected.answer;
  connected.socket.destroy();
  return accepting(address);
}

const accepting = (address: string): Answer => ok(`${address} accepts connections`);
