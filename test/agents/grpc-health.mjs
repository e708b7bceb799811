// Answers grpc.health.v1 with SERVING until FILE exists, then NOT_SERVING: grpc-health.mjs HOST:PORT FILE.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http2';
const [host, port] = process.argv[2].split(':');
const frame = (status) => Buffer.from([0, 0, 0, 0, 2, 0x08, status]);
createServer()
  .on('stream', (stream) => {
    stream.on('error', () => {}).resume();
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(frame(existsSync(process.argv[3]) ? 2 : 1));
  })
  .listen(Number(port), host);
process.once('SIGTERM', () => process.exit(0));
