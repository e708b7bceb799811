// The HTTP agent of the swap: says its version after 20 ms, and drains when it is asked to end, as a good agent does.
// Words are KEY=VALUE: ID, STAMP, VERSION_FILE, PORT (unless LISTEN_FDS hands a socket over), NOTIFYFD.
import { appendFileSync, closeSync, readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { Server } from 'node:net';

const ANSWER_MS = 20;
const LAST_CHANCE_MS = 1_000;
const words = Object.fromEntries(
  process.argv
    .slice(2)
    .filter((word) => word.includes('='))
    .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
);
const version = readFileSync(words.VERSION_FILE, 'utf8').trim();
let ending = false;
const server = createServer((_request, response) => {
  setTimeout(() => {
    if (ending) response.setHeader('Connection', 'close');
    response.end(version);
  }, ANSWER_MS);
});
server.keepAliveTimeout = 60_000;
server.listen(
  process.env.LISTEN_FDS === undefined ? { port: Number(words.PORT), host: '127.0.0.1' } : { fd: 3 },
  () => {
    appendFileSync(words.STAMP, `${process.hrtime.bigint()} ${process.pid} ${words.ID}\n`);
    process.send?.('ready');
    if (words.NOTIFYFD === undefined) return;
    writeSync(Number(words.NOTIFYFD), '\n');
    closeSync(Number(words.NOTIFYFD));
  },
);

/** Takes no more connections; those that are open get one more answer, which says that it is the last. */
function end() {
  if (ending) return;
  ending = true;
  // http's own close would cut idle connections at once, and with them a request that is on its way.
  Server.prototype.close.call(server, () => process.exit(0));
  setTimeout(() => process.exit(0), LAST_CHANCE_MS);
}
process.on('SIGTERM', end).on('SIGINT', end);
process.on('message', (message) => message === 'shutdown' && end());
