/** The log of an instance as it is printed: comes again when it was cut off, and says what it does not know. Draws nothing. */
import { REFUSED_TOKEN } from './actions.js';
import { batched } from './frames.js';
import type { LogMessage } from './messages.js';
import { bearer, dropToken, protocols, token } from './token.js';

const MOST_LINES = 500;
const AGAIN_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;
const LOST = '[outrider] The connection was lost; what was printed meanwhile is left out.';
const UNREACHED = '[outrider] The log cannot be reached; trying again.';

export interface Log {
  readonly lines: readonly string[];
  /** False: nothing was heard of it yet, or not any more. */
  readonly isLive: boolean;
}

/** `host`, `app` and `agent`. */
export type LogQuery = Readonly<Record<string, string>>;

export class LogStream {
  private lines: string[] = [];
  private isOver = false;
  private isLive = false;
  private wasLive = false;
  private waitMs = AGAIN_MS;
  private socket: WebSocket | undefined;
  private timer = 0;
  private readonly draw: () => void;

  constructor(
    private readonly query: LogQuery,
    private readonly instance: number,
    show: (log: Log) => void,
  ) {
    this.draw = batched(() => {
      // A list of its own: what is shown must not change under the view.
      if (!this.isOver) show({ lines: this.lines.slice(-MOST_LINES), isLive: this.isLive });
    });
    this.open();
  }

  end(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.drop();
  }

  /** The network is gone. It closes nothing, so the socket may stay silent for ever. */
  cut(): void {
    clearTimeout(this.timer);
    if (this.isLive) this.say(LOST);
    this.drop();
    this.draw();
  }

  /** The network is there again. */
  again(): void {
    if (this.socket === undefined && !this.isOver) this.open();
  }

  private open(): void {
    clearTimeout(this.timer);
    const url = new URL('/ws', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const lines = this.wasLive ? '0' : '200';
    url.search = new URLSearchParams({ feed: 'logs', ...this.query, lines }).toString();
    const socket = new WebSocket(url, protocols());
    this.socket = socket;
    let hasFailed = false;
    socket.onopen = () => {
      this.isLive = this.wasLive = true;
      this.draw();
    };
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as LogMessage;
      if (message.type === 'error') {
        hasFailed = true;
        this.say(`[outrider] ${message.error}`);
        return;
      }
      this.waitMs = AGAIN_MS;
      if (message.instance === this.instance || message.line.startsWith('[outrider]')) this.add(message.line);
    };
    socket.onclose = () => void this.closed(hasFailed);
  }

  /** A socket that is refused is told no reason: the same question over REST is. */
  private async closed(hasFailed: boolean): Promise<void> {
    const wasLive = this.isLive;
    this.drop();
    if (wasLive && !hasFailed) this.say(LOST);
    else if (!wasLive) this.say(await whyNot(this.query));
    if (this.isOver || this.socket !== undefined) return;
    this.timer = setTimeout(() => this.again(), this.waitMs);
    this.waitMs = Math.min(LONGEST_WAIT_MS, this.waitMs * 2);
  }

  private drop(): void {
    const { socket } = this;
    this.socket = undefined;
    this.isLive = false;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** Once, however often it is tried. */
  private say(line: string): void {
    if (this.lines.at(-1) !== line) this.add(line);
  }

  private add(line: string): void {
    this.lines.push(line);
    if (this.lines.length > 2 * MOST_LINES) this.lines = this.lines.slice(-MOST_LINES);
    this.draw();
  }
}

/** A sentence. A token that is not taken is dropped. Never rejects. */
async function whyNot(query: LogQuery): Promise<string> {
  const given = token() ?? '';
  try {
    const response = await fetch(`/logs?${new URLSearchParams({ ...query, n: '1' }).toString()}`, {
      headers: bearer(),
    });
    if (response.ok) return UNREACHED;
    if (response.status === 401) {
      dropToken(given);
      return `[outrider] ${REFUSED_TOKEN}`;
    }
    const { error } = (await response.json()) as { error?: string };
    return error === undefined ? UNREACHED : `[outrider] ${error}`;
  } catch {
    return UNREACHED;
  }
}
