// Answers every HTTP request with 503: never-ready.mjs HOST:PORT.
import { createServer } from 'node:http';
const [host, port] = process.argv[2].split(':');
createServer((_, response) => response.writeHead(503).end('not yet\n')).listen(Number(port), host);
