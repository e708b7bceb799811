/** What an agent prints, as it prints it: the last lines, bounded, drawn in step with the screen. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { batched } from './frames.js';
import type { Agent, LogMessage } from './messages.js';
import { protocols } from './token.js';

const MOST_LINES = 500;
const AGAIN_MS = 1_000;

export function LogView({ agent }: { readonly agent: Agent }): JSX.Element {
  const { host, app, agent: name, instance } = agent;
  const lines = useLines(host, app, name, instance);
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    if (follows.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  });
  const scrolled = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: { currentTarget: Element }): void => {
    follows.current = scrollHeight - scrollTop - clientHeight < 40;
  };
  return (
    <pre class="log" ref={box} onScroll={scrolled} tabIndex={0} aria-label={`Log of ${name}`}>
      {lines.length === 0 ? 'Nothing was printed yet.' : lines.join('\n')}
    </pre>
  );
}

function useLines(host: string, app: string, agent: string, instance: number): readonly string[] {
  const [lines, show] = useState<readonly string[]>([]);
  useEffect(() => {
    const stream = new LogStream({ host, app, agent }, instance, show);
    return () => stream.end();
  }, [host, app, agent, instance]);
  return lines;
}

/** Comes again when it is cut off; what was printed meanwhile is left out, and said to be. */
class LogStream {
  private lines: string[] = [];
  private isOver = false;
  private isLive = false;
  private socket: WebSocket | undefined;
  private timer = 0;
  private readonly draw: () => void;

  constructor(
    private readonly query: Readonly<Record<string, string>>,
    private readonly instance: number,
    show: (lines: readonly string[]) => void,
  ) {
    this.draw = batched(() => {
      // A list of its own: what is shown must not change under the view.
      if (!this.isOver) show(this.lines.slice(-MOST_LINES));
    });
    this.open(200);
  }

  end(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private open(lines: number): void {
    const url = new URL('/ws', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.search = new URLSearchParams({ feed: 'logs', ...this.query, lines: String(lines) }).toString();
    const socket = new WebSocket(url, protocols());
    this.socket = socket;
    socket.onopen = () => (this.isLive = true);
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as LogMessage;
      if (message.type === 'error') this.add(`[outrider] ${message.error}`);
      else if (message.instance === this.instance || message.line.startsWith('[outrider]')) this.add(message.line);
    };
    socket.onclose = () => {
      if (this.isOver) return;
      if (this.isLive) this.add('[outrider] The connection was lost; what was printed meanwhile is left out.');
      this.isLive = false;
      this.timer = setTimeout(() => this.open(0), AGAIN_MS);
    };
  }

  private add(line: string): void {
    this.lines.push(line);
    if (this.lines.length > 2 * MOST_LINES) this.lines = this.lines.slice(-MOST_LINES);
    this.draw();
  }
}
