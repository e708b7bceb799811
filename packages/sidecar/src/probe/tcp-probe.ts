/** Asks by opening a TCP connection. Sends nothing. */
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
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  if (host === undefined || port > 65535) return failed(`"${address}" is no HOST:PORT.`);
  if (!isShared(host, port, target.shared)) {
    (await connectTo(host, port, deadline.signal)).destroy();
    return ok(`${address} accepts connections`);
  }
  const connected = await connectProven(host, port, target, owns, deadline);
  if ('answer' in connected) return connected.answer;
  connected.socket.destroy();
  return ok(`${address} accepts connections`);
}
