/** The live feed: each client gets the whole /status document at once and after each change. Reads nothing. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { StatusFeed } from './status-feed.js';

/** Clients have nothing to say. */
const MOST_INCOMING_BYTES = 1024;
/** A client that leaves so much unread is cut off; it may come again. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;
const PING_EVERY_MS = 15_000;

export class LiveStatus {
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_INCOMING_BYTES,
    perMessageDeflate: false,
  });
  private readonly silent = new WeakSet<WebSocket>();
  private readonly pinging: NodeJS.Timeout;

  constructor(private readonly feed: StatusFeed) {
    this.pinging = setInterval(() => this.ping(), PING_EVERY_MS);
  }

  /** Takes over a connection whose caller was checked. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.server.handleUpgrade(request, socket, head, (client) => {
      const stop = this.feed.subscribe((document) => {
        if (client.readyState !== WebSocket.OPEN) return;
        if (client.bufferedAmount > MOST_UNREAD_BYTES) client.terminate();
        else client.send(JSON.stringify(document));
      });
      client.on('pong', () => this.silent.delete(client));
      client.on('error', () => client.terminate());
      client.on('close', stop);
    });
  }

  close(): void {
    clearInterval(this.pinging);
    for (const client of this.server.clients) client.close(1001, 'The coordinator ends.');
    for (const client of this.server.clients) client.terminate();
    this.server.close();
  }

  private ping(): void {
    for (const client of this.server.clients) {
      if (this.silent.has(client)) client.terminate();
      else {
        this.silent.add(client);
        client.ping();
      }
    }
  }
}
