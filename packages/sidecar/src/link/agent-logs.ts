/**
 * What agents wrote, as lines: the last ones or those since a moment, then each new one where they are followed. The
 * one home of what may be asked of logs; reads through the port only.
 */
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import type { LogLook, LogReader } from '../supervise/ports.js';
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
  readonly agents: readonly string[];
  /** Empty: this one. */
  readonly host: string;
  readonly follow: boolean;
  /** To begin with, of each instance. */
  readonly lines: number;
  /** Nothing older, as far as that is known. Milliseconds since the epoch; 0: of any time. */
  readonly since: number;
}

export interface AgentLogsOptions {
  readonly host: string;
  readonly agents: Pick<AgentControl, 'instances' | 'logFile'>;
  readonly reader: Pick<LogReader, 'look' | 'follow'>;
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
  if (!Number.isSafeInteger(ask.since) || ask.since < 0) {
    throw new OutriderError('invalid', 'since must be a time, as milliseconds since 1970.');
  }
  if (ask.host !== '' && ask.host !== host) {
    throw new OutriderError('not_found', `This is host ${host}, not ${ask.host}.`);
  }
  const look: LogLook = { lines: ask.lines, ...(ask.since === 0 ? {} : { since: ask.since }) };
  const files = logFilesOf(agents, ask, host);
  if (!ask.follow) {
    for (const { path, ...who } of files) for (const line of reader.look(path, look)) yield { ...who, line };
    return;
  }
  // Where one can't be read (any more) or nobody listens, the others must not go on.
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  try {
    yield* merge(files.map(({ path, ...who }) => named(reader.follow(path, look, until), who)));
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
  const names = new Set(ofApp.map((one) => one.agent));
  const unknown = ask.agents.find((agent) => !names.has(agent));
  if (unknown !== undefined) {
    throw new OutriderError('not_found', `No agent ${unknown} on host ${host}.${didYouMean(unknown, [...names])}`);
  }
  const wanted = ofApp.filter((one) => ask.agents.length === 0 || ask.agents.includes(one.agent));
  const paths = new Map<string, Who & { readonly path: string }>();
  for (const { app, agent, instance } of wanted) {
    const path = agents.logFile(app, agent, instance);
    if (path !== undefined) paths.set(path, { host, agent, instance, path });
  }
  return [...paths.values()];
}
