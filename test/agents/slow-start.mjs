// Listens only after SECONDS: slow-start.mjs HOST:PORT SECONDS.
import { createServer } from 'node:http';
const [host, port] = process.argv[2].split(':');
setTimeout(
  () => createServer((_, response) => response.end('ok\n')).listen(Number(port), host, () => console.log('at last')),
  Number(process.argv[3] ?? 3) * 1000,
);
