// Serves on the socket that was handed over, with the HTTP status that is its argument: 200 is a good one, 500 a broken one.
import { createServer } from 'node:http';
if (process.env.LISTEN_PID !== String(process.pid)) throw new Error('no socket was handed to this process');
const status = Number(process.argv[2] ?? 200);
const words = `${process.env.OUTRIDER_VERSION} ${process.env.OUTRIDER_INCARNATION}\n`;
const server = createServer((_, response) => response.writeHead(status, { connection: 'close' }).end(words)).listen({
  fd: 3,
});
process.once('SIGTERM', () => server.close(() => process.exit(0)));
