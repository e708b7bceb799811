/**
 * `coordinator status` as quickly as Node allows: of the coordinator on this machine, by HTTP, without gRPC and without
 * the rest of the program. Knows only the case in which there is nothing to choose and nothing goes wrong; whatever else
 * it meets it leaves to the whole program, which asks anew and has the words for it.
 */
import { connect } from 'node:net';
import type { FleetDocument } from '@outrider/shared/documents/fleet.js';
import { chosen, COORDINATOR_ENDPOINT, type DaemonNote, findDaemons } from '@outrider/shared/runtime/daemon-notes.js';
import { inventoryFolder, isRemembered } from './inventory-notes.js';
import { statusText } from './status-text.js';

/** Then the whole program asks, and is patient. */
const LONGEST_MS = 5_000;

/** As GET /fleet has it. */
type FleetAnswer = FleetDocument & { readonly endpoints: Readonly<Record<string, string>> };

/** `words`: after the name of the program. `whole` runs it with them. */
export async function quickStatus(words: readonly string[], whole: () => unknown): Promise<void> {
  const [verb, option, ...more] = words;
  const isPlain = verb === 'status' && (option === undefined || option === '--json') && more.length === 0;
  const daemon = isPlain ? whomToAsk() : undefined;
  const answer = daemon?.http === undefined ? undefined : await ask(daemon.http).catch(() => undefined);
  if (daemon === undefined || answer === undefined) {
    whole();
    return;
  }
  const { endpoints, ...status } = answer;
  // What every command keeps for the hour without a coordinator has to be written by the whole program.
  if (!isRemembered(inventoryFolder(), status.environment, daemon.endpoint, endpoints)) {
    whole();
    return;
  }
  const text = option === '--json' ? JSON.stringify(status) : statusText(status);
  // `coordinator status | head -1` ends with its reader.
  process.stdout.on('error', () => process.exit()).write(`${text}\n`);
}

/** Who would be asked by gRPC too. */
function whomToAsk(): DaemonNote | undefined {
  if ((process.env['OUTRIDER_ENDPOINT'] ?? '') !== '') return undefined;
  try {
    return chosen(findDaemons('coordinator'), COORDINATOR_ENDPOINT);
  } catch {
    return undefined;
  }
}

/** Rejects where there is no good and whole answer. `place`: HOST:PORT. */
async function ask(place: string): Promise<FleetAnswer> {
  const end = place.lastIndexOf(':');
  const host = place.slice(0, end).replace(/^\[|\]$/g, '');
  const pieces: Buffer[] = [];
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect({ host, port: Number(place.slice(end + 1)) });
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('end', () => resolve(Buffer.concat(pieces).toString('utf8')));
    socket.on('error', reject).setTimeout(LONGEST_MS, () => socket.destroy(new Error('There is no answer.')));
    socket.write(`GET /fleet HTTP/1.0\r\nhost: ${place}\r\n\r\n`);
  });
  return JSON.parse(bodyOf(answer)) as FleetAnswer;
}

/** @throws Error where it is not whole, or no success. */
function bodyOf(answer: string): string {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.slice(0, Math.max(0, end));
  const body = answer.slice(end + 4);
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  const isWhole = length !== undefined && Number(length) === Buffer.byteLength(body);
  if (!isWhole || !/^HTTP\/1\.\d 200 /.test(head)) throw new Error('This is no good answer.');
  return body;
}
