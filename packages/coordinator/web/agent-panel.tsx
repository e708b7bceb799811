/** One instance: how it is, what can be done with it, and what it prints, live. */
import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { type Act, post } from './actions.js';
import { AgentCharts } from './agent-charts.js';
import { LogView } from './log-view.js';
import type { Agent } from './messages.js';
import { bytes, clockTime, lasting, percent } from './words.js';

interface PanelProps {
  readonly agent: Agent;
  /** Counts the connections. */
  readonly connection: number;
  readonly mayAct: boolean;
  /** Whether the coordinator is heard of. */
  readonly isLinked: boolean;
  readonly act: Act;
  readonly close: () => void;
}

export function AgentPanel({ agent, connection, mayAct, isLinked, act, close }: PanelProps): JSX.Element {
  const name = `${agent.agent}.${agent.instance}`;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const restart = (): void => {
    const { host, app, agent: which } = agent;
    const told = ({ skipped }: { skipped: readonly string[] }): string =>
      [`${which} on ${host} was restarted.`, ...skipped].join(' ');
    act(() => post('/agent', { action: 'restart', host, app, agent: which }, told), {
      title: `Restart ${which} on ${host}?`,
      lines: [`Every instance of ${app}/${which} on ${host} is stopped and started again.`],
      yes: 'Restart',
    });
  };
  return (
    <aside class="panel" aria-label={`Agent ${name} on ${agent.host}`}>
      <h2 ref={heading} tabIndex={-1}>
        {name} <small>on {agent.host}</small>
        <button class="plain" onClick={close} aria-label="Close">
          ✕
        </button>
      </h2>
      <dl>
        {factsOf(agent).map(([what, value]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="buttons">
        <button disabled={!mayAct} onClick={restart}>
          ↻ Restart
        </button>
      </p>
      <AgentCharts agent={agent} connection={connection} />
      {mayAct ? <LogView agent={agent} isLinked={isLinked} /> : <p class="quiet">Logs need the token.</p>}
    </aside>
  );
}

function factsOf(agent: Agent): readonly (readonly [string, string])[] {
  const since = Date.parse(agent.since);
  return [
    ['state', `${agent.state}${agent.ready || agent.state === 'ready' ? '' : ', not ready'}`],
    ...(agent.reason === '' ? [] : [['reason', agent.reason] as const]),
    ...(Number.isNaN(since) ? [] : [['since', `${clockTime(since)} (${lasting(Date.now() - since)})`] as const]),
    ['app', `${agent.app} ${agent.version}`],
    ['process', agent.pid === 0 ? 'none' : String(agent.pid)],
    ['restarts', String(agent.restarts)],
    ['health', `${Math.round(agent.health * 100)} %`],
    ['CPU', agent.cpu === null ? 'not known' : `${percent(agent.cpu)} of one processor`],
    ...(agent.memory === null ? [] : [['memory', bytes(agent.memory)] as const]),
  ];
}
