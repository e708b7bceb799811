// The one that behaves: HTTP 200 with its version and incarnation: healthy.mjs HOST:PORT.
import { createServer } from 'node:http';
const [host, port] = process.argv[2].split(':');
const words = () =>
  JSON.stringify({
    version: process.env.OUTRIDER_VERSION,
    incarnation: process.env.OUTRIDER_INCARNATION,
    pid: process.pid,
  });
createServer((_, response) => response.end(`${words()}\n`)).listen(Number(port), host);
process.once('SIGTERM', () => process.exit(0));
