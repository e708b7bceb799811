// Well for SECONDS after its start, then HTTP 503 for ever: unhealthy-after.mjs HOST:PORT SECONDS.
import { createServer } from 'node:http';
const [host, port] = process.argv[2].split(':');
const until = performance.now() + Number(process.argv[3] ?? 3) * 1000;
const status = () => (performance.now() < until ? 200 : 503);
createServer((_, response) => response.writeHead(status()).end(`${status()}\n`)).listen(Number(port), host);
process.once('SIGTERM', () => process.exit(0));
