/** Owns the WebSockets of all feeds: upgrades them, asks whether they are still there, cuts off who does not read. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';

/** Clients have nothing to say. */
const MOST_INCOMING_BYTES = 1024;
/**
 * Bytes. Who leaves more unread than one may is cut off, and where all together leave too much, who has most of it. Whoever
 * is cut off may come again.
 */
const MOST_UNREAD = { byOne: 4 * 1024 * 1024, byAll: 64 * 1024 * 1024 };
/** After so much that was sent it is looked what of all is unread. */
const LOOK_EVERY_BYTES = 1024 * 1024;
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
  /** Since the last look; in characters, which are no fewer bytes. */
  private sent = 0;

  constructor(private readonly most = MOST_UNREAD) {
    this.pinging = setInterval(() => this.ping(), PING_EVERY_MS);
  }

  /** Takes over a connection whose caller was checked. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, serve: Serve): void {
    this.server.handleUpgrade(request, socket, head, (client) => {
      client.on('pong', () => this.silent.delete(client));
      client.on('error', () => client.terminate());
      client.on('close', serve(this.readerOf(client)));
    });
  }

  close(): void {
    clearInterval(this.pinging);
    for (const client of this.server.clients) client.close(1001, 'The coordinator ends.');
    for (const client of this.server.clients) client.terminate();
    this.server.close();
  }

  private readerOf(client: WebSocket): SocketClient {
    return {
      send: (text) => {
        if (client.readyState !== WebSocket.OPEN) return;
        if (client.bufferedAmount > this.most.byOne) client.terminate();
        else client.send(text);
        this.sent += text.length;
        if (this.sent >= LOOK_EVERY_BYTES) this.relieve();
      },
      room: async () => {
        // Who reads nothing at all answers no ping either, and is cut off by that.
        while (client.readyState === WebSocket.OPEN && client.bufferedAmount > MUCH_UNREAD_BYTES)
          await pause(LOOK_AGAIN_MS);
      },
      end: (code, reason) => client.close(code, reason),
    };
  }

  private relieve(): void {
    this.sent = 0;
    const clients = [...this.server.clients].filter(({ readyState }) => readyState === WebSocket.OPEN);
    let unread = clients.reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);
    for (const client of clients.sort((a, b) => b.bufferedAmount - a.bufferedAmount)) {
      if (unread <= this.most.byAll) return;
      unread -= client.bufferedAmount;
      client.terminate();
    }
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
