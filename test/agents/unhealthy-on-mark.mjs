// Well until FILE exists, then HTTP 503 for as long as it does: unhealthy-on-mark.mjs HOST:PORT FILE.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
const [host, port] = process.argv[2].split(':');
const status = () => (existsSync(process.argv[3]) ? 503 : 200);
createServer((_, response) => response.writeHead(status()).end(`${status()}\n`)).listen(Number(port), host);
process.once('SIGTERM', () => process.exit(0));
