// Listens, then blocks its own event loop for ever after SECONDS: eat-loop.mjs HOST:PORT SECONDS.
import { createServer } from 'node:http';
const [host, port] = process.argv[2].split(':');
createServer((_, response) => response.end('ok\n')).listen(Number(port), host);
setTimeout(
  () => {
    for (;;);
  },
  Number(process.argv[3] ?? 2) * 1000,
);
