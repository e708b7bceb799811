// Accepts every connection and never says a word: hang-connections.mjs HOST:PORT.
import { createServer } from 'node:net';
const [host, port] = process.argv[2].split(':');
createServer((socket) => socket.on('error', () => {})).listen(Number(port), host);
