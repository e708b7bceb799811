/** What agents wrote, as lines: the last ones, then each new one where it is followed. Reads through the port only. */
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import type { LogReader } from '../supervise/ports.js';
import { merge } from './merge.js';
import type { AgentControl } from './ports.js';

/** More is not a look at the log any more. */
const MOST_LINES = 10_000;

export interface AgentLogLine {
  readonly host: string;
  readonly agent: string;
  readonly instance: number;
  readonly line: string;
}

export interface LogsAsk {
  /** Empty: every app. */
  readonly app: string;
  /** Empty: every agent. */
  readonly agent: string;
  /** Empty: this one. */
  readonly host: string;
  readonly follow: boolean;
  readonly lines: number;
}

export interface AgentLogsOptions {
  readonly host: string;
  readonly agents: Pick<AgentControl, 'instances' | 'logFile'>;
  readonly reader: LogReader;
}

/** @throws OutriderError('not_found' | 'invalid') at the first step. */
export async function* agentLogs(
  { host, agents, reader }: AgentLogsOptions,
  ask: LogsAsk,
  signal: AbortSignal,
): AsyncGenerator<AgentLogLine> {
  if (!Number.isInteger(ask.lines) || ask.lines < 0 || ask.lines > MOST_LINES) {
    throw new OutriderError('invalid', `lines must be a whole number from 0 to ${MOST_LINES}.`);
  }
  if (ask.host !== '' && ask.host !== host) {
    throw new OutriderError('not_found', `This is host ${host}, not ${ask.host}.`);
  }
  const files = logFilesOf(agents, ask, host);
  if (!ask.follow) {
    for (const { path, ...who } of files) for (const line of reader.last(path, ask.lines)) yield { ...who, line };
    return;
  }
  // Where one can't be read (any more) or nobody listens, the others must not go on.
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  try {
    yield* merge(files.map(({ path, ...who }) => named(reader.follow(path, ask.lines, until), who)));
  } finally {
    over.abort();
  }
}

type Who = Omit<AgentLogLine, 'line'>;

async function* named(lines: AsyncIterable<string>, who: Who): AsyncGenerator<AgentLogLine> {
  for await (const line of lines) yield { ...who, line };
}

function logFilesOf(
  agents: AgentLogsOptions['agents'],
  ask: LogsAsk,
  host: string,
): (Who & { readonly path: string })[] {
  const ofApp = agents.instances().filter((one) => ask.app === '' || one.app === ask.app);
  const wanted = ofApp.filter((one) => ask.agent === '' || one.agent === ask.agent);
  if (wanted.length === 0 && ask.agent !== '') {
    const names = [...new Set(ofApp.map((one) => one.agent))];
    throw new OutriderError('not_found', `No agent ${ask.agent} on host ${host}.${didYouMean(ask.agent, names)}`);
  }
  const paths = new Map<string, Who & { readonly path: string }>();
  for (const { app, agent, instance } of wanted) {
    const path = agents.logFile(app, agent, instance);
    if (path !== undefined) paths.set(path, { host, agent, instance, path });
  }
  return [...paths.values()];
}
