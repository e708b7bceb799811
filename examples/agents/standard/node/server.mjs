// A server with nothing but Node, on a socket that its host holds: callers notice neither restart nor update.
import { createServer } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A caller that keeps its connection has this long to ask once more, and is told then that it is the last time. */
const GOODBYE_MS = 1_000;

let leaving = false;
const server = createServer(async (request, response) => {
  if (request.url === '/slow') await pause(2_000);
  if (leaving) response.setHeader('connection', 'close');
  response.end(`node-server ${process.env.OUTRIDER_VERSION ?? ''}\n`);
});

const handed = process.env.LISTEN_PID === String(process.pid);
server.listen(handed ? { fd: 3, backlog: 4096 } : { host: '127.0.0.1', port: 8080 }, () => console.log('listening'));

process.once('SIGTERM', () => {
  leaving = true;
  // Stops accepting. The close() of an HTTP server would also hang up on callers whose next question is on its way.
  Server.prototype.close.call(server, () => console.log('answered all that had come'));
  setTimeout(() => server.closeIdleConnections(), GOODBYE_MS);
});
