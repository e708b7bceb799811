/** Owns the WebSockets of all feeds: upgrades them, asks whether they are still there, cuts off who does not read. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';

/** Clients have nothing to say. */
const MOST_INCOMING_BYTES = 1024;
/** A client that leaves so much unread is cut off; it may come again. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;
/** With so much unread, a feed that can wait does. */
const MUCH_UNREAD_BYTES = 512 * 1024;
const LOOK_AGAIN_MS = 20;
const PING_EVERY_MS = 15_000;
/** Spoken by pages: a browser that offers protocols wants one of them chosen. */
const PROTOCOL = 'outrider';

/** One reader, as a feed sees it. */
export interface SocketClient {
  /** Cuts the reader off where too much is unread. */
  send(text: string): void;
  /** Until little is unread, or the reader has gone. */
  room(): Promise<void>;
  /** `code` as in RFC 6455. */
  end(code: number, reason: string): void;
}

/** Begins to serve a client; what it returns is called once the client has gone. */
export type Serve = (client: SocketClient) => () => void;

export class Sockets {
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_INCOMING_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  private readonly silent = new WeakSet<WebSocket>();
  private readonly pinging: NodeJS.Timeout;

  constructor() {
    this.pinging = setInterval(() => this.ping(), PING_EVERY_MS);
  }

  /** Takes over a connection whose caller was checked. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, serve: Serve): void {
    this.server.handleUpgrade(request, socket, head, (client) => {
      client.on('pong', () => this.silent.delete(client));
      client.on('error', () => client.terminate());
      client.on('close', serve(readerOf(client)));
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

const readerOf = (client: WebSocket): SocketClient => ({
  send: (text) => {
    if (client.readyState !== WebSocket.OPEN) return;
    if (client.bufferedAmount > MOST_UNREAD_BYTES) client.terminate();
    else client.send(text);
  },
  room: async () => {
    // Who reads nothing at all answers no ping either, and is cut off by that.
    while (client.readyState === WebSocket.OPEN && client.bufferedAmount > MUCH_UNREAD_BYTES)
      await pause(LOOK_AGAIN_MS);
  },
  end: (code, reason) => client.close(code, reason),
});
