/**
 * A side stream: a connection of its own, to the same port, that a call's messages of contents travel on. gRPC decides who
 * may, what is asked and how it ended; the bytes are spared its frames of 16 KiB, which cost more than the contents do.
 *
 * The caller draws a ticket, sends it with the call (`SIDE_KEY`) and as the first bytes of the connection (`PREFACE`, ticket).
 * Whoever serves the call answers there with `GO` and uses it; where one of both does not come, or is of an older version,
 * the messages go over gRPC. A frame is two sizes (32 bits, big-endian), a message without its data, and its data.
 */
import { randomBytes } from 'node:crypto';

/** The key of the metadata with the ticket, in hexadecimal digits. */
export const SIDE_KEY = 'outrider-side';

/** No connection of HTTP/2 begins with this byte. */
export const PREFACE = Buffer.from('OUTRIDER SIDE 1\n');
export const GO = Buffer.from('\n');
export const TICKET_BYTES = 16;

export const drawTicket = (): Buffer => randomBytes(TICKET_BYTES);

/** How long either side waits for the other's connection. */
export const SIDE_WITHIN_MS = 3_000;

/** Less is there before such a connection is. */
export const WORTH_SIDE_BYTES = 1024 * 1024;
