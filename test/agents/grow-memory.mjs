// Answers well, and takes MIB more MiB of memory ten times a second: grow-memory.mjs HOST:PORT MIB. Gives up at 1 GiB.
import { createServer } from 'node:http';
const [host, port] = process.argv[2].split(':');
const step = Number(process.argv[3]) << 20;
const eaten = [];
createServer((_, response) => response.end('well\n')).listen(Number(port), host);
setInterval(() => {
  if (eaten.length * step < 2 ** 30) eaten.push(Buffer.alloc(step, 1));
}, 100);
process.once('SIGTERM', () => process.exit(0));
