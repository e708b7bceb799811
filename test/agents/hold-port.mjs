// Takes a port, does nothing with it, and does not give it back when asked: hold-port.mjs HOST:PORT.
import { createServer } from 'node:net';
const [host, port] = process.argv[2].split(':');
const server = createServer((socket) => socket.destroy()).listen(Number(port), host);
server.on('error', (error) => {
  console.error(`cannot take ${host}:${port}: ${error.code}`);
  process.exit(1);
});
process.on('SIGTERM', () => console.log('mine'));
