/** Keeps the connection to the feed: comes again by itself, with the cursor, and says since when it was lost. */
import type { Message } from './messages.js';

/** The coordinator says something at least every 5 s. */
const SILENT_MS = 12_000;
const LOOK_EVERY_MS = 1_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

export type LinkState =
  { readonly kind: 'connecting' } | { readonly kind: 'live' } | { readonly kind: 'lost'; readonly sinceMs: number };

export interface LinkOptions {
  readonly cursor: () => string;
  readonly message: (message: Message) => void;
  readonly changed: (state: LinkState) => void;
}

export class Link {
  state: LinkState = { kind: 'connecting' };
  private socket: WebSocket | undefined;
  private heardAt = 0;
  private waitMs = FIRST_WAIT_MS;
  private timer = 0;

  constructor(private readonly options: LinkOptions) {}

  start(): void {
    this.connect();
    setInterval(() => this.watch(), LOOK_EVERY_MS);
    addEventListener('offline', () => this.lose());
    addEventListener('online', () => this.again(0));
  }

  private connect(): void {
    clearTimeout(this.timer);
    const url = new URL('/ws', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.searchParams.set('feed', 'fleet');
    const after = this.options.cursor();
    if (after !== '') url.searchParams.set('after', after);
    const socket = new WebSocket(url);
    this.socket = socket;
    this.heardAt = Date.now();
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      this.heardAt = Date.now();
      this.waitMs = FIRST_WAIT_MS;
      this.options.message(JSON.parse(data) as Message);
      if (this.state.kind !== 'live') this.become({ kind: 'live' });
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lose();
    };
  }

  /** A network that is gone closes nothing. */
  private watch(): void {
    if (this.socket !== undefined && Date.now() - this.heardAt > SILENT_MS) this.lose();
  }

  private lose(): void {
    const { socket } = this;
    this.socket = undefined;
    if (socket !== undefined) {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    }
    if (this.state.kind !== 'lost') this.become({ kind: 'lost', sinceMs: Date.now() });
    this.again(this.waitMs);
    this.waitMs = Math.min(LONGEST_WAIT_MS, this.waitMs * 2);
  }

  private again(ms: number): void {
    if (this.socket !== undefined) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), ms);
  }

  private become(state: LinkState): void {
    this.state = state;
    this.options.changed(state);
  }
}
