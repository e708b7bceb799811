/** Asks by opening a TCP connection. Sends nothing. */
import { parseHostPort } from '@outrider/shared/runtime/listen.js';
import type { ProbeTarget } from '../supervise/ports.js';
import type { Answer } from './answer.js';
import { failed, ok } from './answer.js';
import type { Deadline } from './deadline.js';
import { connectProven, connectTo, isShared } from './proof.js';
import type { OwnsConnection } from './proof.js';

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
    (await connectTo(host, port, deadline.signal)).destroy();
    return ok(`${address} accepts connections`);
  }
  const connected = await connectProven(host, port, target, owns, deadline);
  if ('answer' in connected) return connected.answer;
  connected.socket.destroy();
  return ok(`${address} accepts connections`);
}
