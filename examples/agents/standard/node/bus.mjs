// The bus without a library: a PUSH socket of ZeroMQ (ZMTP 3.0) over a unix socket.
// With zeromq it is two lines: new Push().connect(process.env.OUTRIDER_BUS), and send(JSON.stringify(frame)).
import { connect } from 'node:net';

const PATH = process.env.OUTRIDER_BUS?.replace('ipc://', '');
const AGAIN_MS = 500;
/** Said before the bus is open, or faster than the host reads. More is dropped: an old beat is worth nothing. */
const MOST_WAITING_FRAMES = 10;
const MOST_WAITING_BYTES = 256 * 1024;

const greeting = Buffer.alloc(64);
greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0]);
greeting.write('NULL', 12);
const ready = Buffer.from('\x05READY\x0bSocket-Type\0\0\0\x04PUSH', 'latin1');
const HELLO = Buffer.concat([greeting, Buffer.from([4, ready.length]), ready]);

let socket;
let isOpen = false;
let waiting = [];

function open() {
  let heard = Buffer.alloc(0);
  socket = connect(PATH, () => socket.write(HELLO));
  socket.unref();
  socket.on('error', () => {}); // The host's side is starting anew; 'close' follows.
  socket.on('close', () => {
    isOpen = false;
    setTimeout(open, AGAIN_MS).unref();
  });
  socket.on('data', (more) => {
    if (isOpen) return;
    // No message before the other side has said its greeting and that it is ready too.
    heard = Buffer.concat([heard, more]);
    isOpen = heard.length > 65 && heard.length >= 66 + heard[65];
    if (isOpen) for (const frame of waiting.splice(0)) tell(frame);
  });
}

/** One JSON frame to the host; outside of Outrider it goes nowhere. */
export function tell(frame) {
  if (!isOpen) waiting = [...waiting, frame].slice(-MOST_WAITING_FRAMES);
  else if (socket.writableLength < MOST_WAITING_BYTES) socket.write(encode(Buffer.from(JSON.stringify(frame))));
}

function encode(body) {
  if (body.length < 256) return Buffer.concat([Buffer.from([0, body.length]), body]);
  const head = Buffer.alloc(9, 2);
  head.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([head, body]);
}

if (PATH !== undefined) open();
