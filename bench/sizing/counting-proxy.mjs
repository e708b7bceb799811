// Hands TCP connections on and counts the bytes that pass, both ways together: what would be on the wire between machines,
// but for the headers of TCP and IP.
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';

export class CountingProxy {
  bytes = 0;
  #sockets = new Set();

  /** `from`, `to`: { host, port } each. Before `to` listens, whoever calls is hung up on. */
  constructor(from, to) {
    this.from = from;
    this.server = createServer({ noDelay: true }, (near) =>
      this.#join(near, createConnection({ ...to, noDelay: true })),
    );
  }

  async start() {
    this.server.listen(this.from.port, this.from.host);
    await once(this.server, 'listening');
  }

  #join(near, far) {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      this.#sockets.add(one);
      one.on('data', (chunk) => (this.bytes += chunk.length)).on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }

  stop() {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
