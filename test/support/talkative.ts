/** Little agents for `node -e`, well until the file that is their argument exists, and again when it is gone. */
import { join } from 'node:path';

/** Where agents find `zeromq`, which their release does not carry. */
export const WITH_ZEROMQ = { NODE_PATH: join(process.cwd(), 'node_modules') };

/** Listens on `WHERE`, HOST:PORT. */
export const LISTENER = `
const { existsSync } = require('node:fs');
const [host, port] = process.env.WHERE.split(':');
let server;
setInterval(() => {
  const bad = existsSync(process.argv[1]);
  if (bad && server) { server.close(); server = undefined; }
  if (!bad && !server) server = require('node:net').createServer((s) => s.end()).listen(Number(port), host);
}, 20);`;

/** Answers `health_check` on `WHERE`, a ZeroMQ endpoint. */
export const ANSWERER = `
const { existsSync } = require('node:fs');
const { Reply } = require('zeromq');
(async () => {
  const socket = new Reply();
  await socket.bind(process.env.WHERE);
  for await (const _ of socket) await socket.send(existsSync(process.argv[1]) ? '{"status":"unhealthy"}' : 'healthy');
})();`;

/** Beats on its bus. */
export const BEATER = `
const { existsSync } = require('node:fs');
const { Push } = require('zeromq');
const bus = new Push({ linger: 0, sendTimeout: 0 });
bus.connect(process.env.OUTRIDER_BUS);
let seq = 0;
const beat = () => JSON.stringify({ type: 'beat', seq: ++seq });
setInterval(() => existsSync(process.argv[1]) || bus.send(beat()).catch(() => {}), 50);`;

/** Says on its bus what is added to the file that is its argument, a frame each line. */
export const SPEAKER = `
const { readFileSync } = require('node:fs');
const { Push } = require('zeromq');
const bus = new Push();
bus.connect(process.env.OUTRIDER_BUS);
let said = 0;
(async () => {
  for (;;) {
    const lines = readFileSync(process.argv[1], 'utf8').split('\\n').slice(0, -1);
    for (; said < lines.length; said += 1) await bus.send(lines[said]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
})();`;
