// The service registry: who is where. Needs nothing but Node, and serves on the socket its host hands over.
import { createServer } from 'node:http';

const GREETING = 'Services known here:';
const FORGET_AFTER_MS = 10_000;
const services = new Map();

const server = createServer(async (request, response) => {
  if (request.url === '/health') return response.end('ok\n');
  if (request.method === 'POST' && request.url === '/register') {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { name, address } = JSON.parse(body);
    services.set(name, { address, at: Date.now() });
    return response.writeHead(204).end();
  }
  const fresh = [...services].filter(([, { at }]) => Date.now() - at < FORGET_AFTER_MS);
  response.setHeader('content-type', 'application/json');
  return response.end(`${JSON.stringify({ greeting: GREETING, services: Object.fromEntries(fresh) })}\n`);
});

// Descriptor 3 is the first of LISTEN_FDS; LISTEN_PID says that it is meant for this process and no other.
const handed = process.env.LISTEN_PID === String(process.pid) && Number(process.env.LISTEN_FDS) > 0;
server.listen(handed ? { fd: 3 } : { host: '127.0.0.1', port: 8100 }, () => console.log('registry is open'));

// Stops accepting, answers what was accepted, then ends: whoever connects meanwhile reaches the next one.
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setInterval(() => server.closeIdleConnections(), 50).unref();
});
