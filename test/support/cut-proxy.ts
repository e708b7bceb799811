/** A TCP proxy that breaks a connection on purpose: for Redis and gRPC. Knows nothing of what passes through it. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `cut`: refuses and resets, as a program that died. `blackhole`: accepts and stays silent, as a cable that was pulled. */
export type ProxyState = 'open' | 'cut' | 'blackhole';

export class CutProxy {
  private state: ProxyState = 'open';
  private readonly pairs = new Set<readonly [Socket, Socket | undefined]>();

  private constructor(
    private readonly server: Server,
    readonly target: Address,
    readonly address: Address,
  ) {
    server.on('connection', (socket) => this.accept(socket));
  }

  /** Port 0 of `listen` picks one. */
  static async start(target: Address, listen: Address = { host: '127.0.0.1', port: 0 }): Promise<CutProxy> {
    const server = createServer({ allowHalfOpen: false });
    server.listen(listen.port, listen.host);
    await once(server, 'listening');
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : listen.port;
    return new CutProxy(server, target, { host: listen.host, port });
  }

  get endpoint(): string {
    return `${this.address.host}:${this.address.port}`;
  }

  get connections(): number {
    return this.pairs.size;
  }

  /** Ends every connection with a reset, and each new one at once. */
  cut(): void {
    this.state = 'cut';
    this.reset();
  }

  /** Nothing passes any more in either direction; nobody is told. */
  blackhole(): void {
    this.state = 'blackhole';
    for (const [near, far] of this.pairs) {
      near.unpipe();
      near.pause();
      far?.unpipe();
      far?.pause();
    }
  }

  /** Lets new connections through; what was silent is reset, as after a long outage. */
  heal(): void {
    const silent = this.state === 'blackhole';
    this.state = 'open';
    if (silent) this.reset();
  }

  async stop(): Promise<void> {
    this.cut();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  private reset(): void {
    for (const pair of this.pairs) for (const socket of pair) socket?.resetAndDestroy();
  }

  private accept(near: Socket): void {
    if (this.state === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const far = this.state === 'open' ? connect(this.target) : undefined;
    const pair = [near, far] as const;
    this.pairs.add(pair);
    for (const [socket, other] of [pair, [far, near] as const]) {
      socket?.on('error', () => undefined);
      socket?.once('close', () => {
        this.pairs.delete(pair);
        other?.destroy();
      });
    }
    if (far === undefined) {
      near.pause();
      return;
    }
    near.pipe(far);
    far.pipe(near);
  }
}
