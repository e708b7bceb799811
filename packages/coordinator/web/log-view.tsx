/** What an agent prints, as it prints it: the last lines, bounded, drawn in step with the screen. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { type Log, LogStream } from './log-stream.js';
import type { Agent } from './messages.js';

interface ViewProps {
  readonly agent: Agent;
  /** Whether the coordinator is heard of. */
  readonly isLinked: boolean;
}

export function LogView({ agent, isLinked }: ViewProps): JSX.Element {
  const { host, app, agent: name, instance } = agent;
  const { lines, isLive } = useLog(host, app, name, instance, isLinked);
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    if (follows.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  });
  const scrolled = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: { currentTarget: Element }): void => {
    follows.current = scrollHeight - scrollTop - clientHeight < 40;
  };
  const nothing = isLive ? 'Nothing was printed yet.' : 'Opening the log …';
  return (
    <pre class="log" ref={box} onScroll={scrolled} tabIndex={0} aria-label={`Log of ${name}`} data-live={isLive}>
      {lines.length === 0 ? nothing : lines.join('\n')}
    </pre>
  );
}

function useLog(host: string, app: string, agent: string, instance: number, isLinked: boolean): Log {
  const [log, show] = useState<Log>({ lines: [], isLive: false });
  const stream = useRef<LogStream>();
  useEffect(() => {
    const made = new LogStream({ host, app, agent }, instance, show);
    stream.current = made;
    return () => made.end();
  }, [host, app, agent, instance]);
  useEffect(() => {
    if (isLinked) stream.current?.again();
    else stream.current?.cut();
  }, [isLinked]);
  return log;
}
