// Serves HTTP on the socket that was handed over, and leaves so that no caller notices.
import { createServer } from 'node:http';
import { Server } from 'node:net';

/** A caller that keeps its connection has this long to ask once more, and is told then that it is the last time. */
const GOODBYE_MS = 1_000;

if (process.env.LISTEN_PID !== String(process.pid)) throw new Error('No socket was handed to this process.');
let leaving = false;

const server = createServer((_, response) => {
  if (leaving) response.setHeader('connection', 'close');
  response.end(`node-http ${process.env.OUTRIDER_VERSION}\n`);
});
server.listen({ fd: 3, backlog: 4096 });

process.once('SIGTERM', () => {
  leaving = true;
  // Stops accepting. The close() of an HTTP server would also hang up on callers whose next question is on its way.
  Server.prototype.close.call(server, () => process.exit(0));
  setTimeout(() => server.closeIdleConnections(), GOODBYE_MS);
});
