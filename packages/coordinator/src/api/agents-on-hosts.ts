/** Orders to agents and their logs, on every host that has them. A host that is down holds up no other one. */
import { setTimeout as pause } from 'node:timers/promises';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { type ErrorCode, messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import type { FleetHost } from '../engine/ports.js';
import { refuse } from './fields.js';
import type { Inside } from './inside.js';
import { merge } from './merge.js';
import type { AgentOrder, LogAsk, LogLine } from './sidecars.js';

const TRY_AGAIN_MS = 500;

/** Done where it can be done; `skipped` are sentences about hosts that are down. Throws where any host failed. */
export async function control(
  inside: Inside,
  order: AgentOrder,
  only: string,
  signal: AbortSignal,
): Promise<{ readonly instances: readonly InstanceStatus[]; readonly skipped: readonly string[] }> {
  const has = order.action === 'scale' ? released : instancesOf;
  const { there, skipped } = reachable(hostsWith(inside, order.app, order.agents, only, has));
  const answers = await Promise.allSettled(
    there.map(({ host, agents }) =>
      whileNotDown(inside, host, signal, (own) => inside.sidecars.control(host, { ...order, agents }, own)),
    ),
  );
  const failed = answers.flatMap((answer, index) =>
    answer.status === 'rejected' ? [{ host: there[index]?.host.name ?? '', reason: answer.reason as unknown }] : [],
  );
  if (failed.length > 0) {
    const sentences = failed.map(({ host, reason }) => `${host}: ${messageOf(reason)}`);
    const names = failed.map(({ host }) => host);
    const done = there.map(({ host }) => host.name).filter((name) => !names.includes(name));
    if (order.action === 'scale' && done.length > 0) sentences.push(`It is done on ${done.join(', ')}.`);
    throw new OutriderError(
      codeOf(failed.map(({ reason }) => reason)),
      `${order.action} failed: ${sentences.join(' ')}`,
    );
  }
  return { instances: answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])), skipped };
}

/** The lines of all hosts, each as it comes; one of ours where a host cannot be asked. */
export async function* logs(inside: Inside, ask: LogAsk, only: string, signal: AbortSignal): AsyncGenerator<LogLine> {
  const { there, down } = reachable(hostsWith(inside, ask.app, ask.agents, only));
  const own = new AbortController();
  const both = AbortSignal.any([signal, own.signal]);
  try {
    for (const { host, agents } of down) yield aside(host, agents, `${isDown(host)} Its log is not shown.`);
    const asked = ask.follow ? [...there, ...down] : there;
    yield* merge(asked.map(({ host, agents }) => logsOf(inside, host, { ...ask, agents }, asked.length > 1, both)));
  } finally {
    own.abort();
  }
}

/** Lines of one host; while following, a sidecar that went away is asked again when it is back. */
async function* logsOf(
  inside: Inside,
  host: FleetHost,
  ask: LogAsk,
  amongOthers: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  for (let again = false; !signal.aborted; again = true) {
    try {
      yield* inside.sidecars.logs(host, again ? { ...ask, lines: 0, since: 0 } : ask, signal);
      if (!ask.follow) return;
    } catch (error) {
      if (!isAway(error)) throw error;
      if (!ask.follow && !amongOthers) throw new OutriderError('refused', `${host.name}: ${messageOf(error)}`);
      if (!ask.follow) {
        yield aside(host, ask.agents, `${messageOf(error)} Its log is not shown.`);
        return;
      }
      // The loop ends where the caller has gone.
    }
    await pause(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

const isAway = (error: unknown): boolean =>
  error instanceof OutriderError && (error.code === 'unavailable' || error.code === 'timeout');

const isDown = (host: FleetHost): string => `${host.name} (${host.address}) is down.`;

/** A line that no agent has printed. */
const aside = (host: FleetHost, agents: readonly string[], sentence: string): LogLine => ({
  ...{ host: host.name, agent: agents.join(','), instance: 0, line: `[outrider] ${sentence}` },
});

/**
 * The code of all, where they are of one mind. A sidecar that is not there is no coordinator that is not there: that
 * would make a caller ask the next one, which can do no more.
 */
function codeOf(reasons: readonly unknown[]): ErrorCode {
  const codes = new Set(reasons.map((reason) => (reason instanceof OutriderError ? reason.code : 'internal')));
  const [code = 'refused'] = codes;
  return codes.size > 1 || code === 'unavailable' ? 'refused' : code;
}

/** Gives up as soon as the host is down: nobody waits for an answer that does not come. */
async function whileNotDown<T>(
  { fleet }: Inside,
  host: FleetHost,
  signal: AbortSignal,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController();
  const stop = fleet.onChange((changed) => {
    if (changed.name === host.name && changed.state === 'down') gone.abort();
  });
  try {
    return await act(AbortSignal.any([signal, gone.signal]));
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    throw new OutriderError('refused', `It went down before it answered. Look again when it is back.`, {
      cause: error,
    });
  } finally {
    stop();
  }
}

export function hostNamed({ fleet }: Inside, name: string): FleetHost {
  const known = fleet.hosts().map((host) => host.name);
  return (
    fleet.host(name) ??
    refuse('host', `${name} is no host of this fleet; it has ${known.length === 0 ? 'none' : known.join(', ')}`)
  );
}

interface Share {
  readonly host: FleetHost;
  readonly agents: readonly string[];
}

type Named = Pick<InstanceStatus, 'app' | 'agent'>;

const instancesOf = (host: FleetHost): readonly Named[] => host.status?.instances ?? [];

/** Also those that were scaled to none. */
const released = (host: FleetHost): readonly Named[] =>
  (host.status?.apps ?? []).flatMap(({ app, agents }) => agents.map(({ name }) => ({ app, agent: name })));

/** The hosts that have any of these agents, each with those it has. No agents: every host, all of its agents. */
function hostsWith(
  inside: Inside,
  app: string,
  agents: readonly string[],
  only: string,
  known: (host: FleetHost) => readonly Named[] = instancesOf,
): readonly Share[] {
  const candidates = only === '' ? inside.fleet.hosts() : [hostNamed(inside, only)];
  const has = (host: FleetHost): readonly Named[] =>
    known(host).filter((instance) => app === '' || instance.app === app);
  if (agents.length === 0) {
    return candidates.filter((host) => has(host).length > 0).map((host) => ({ host, agents: [] }));
  }
  const everywhere = new Set(candidates.flatMap((host) => has(host).map((instance) => instance.agent)));
  const unknown = agents.find((agent) => !everywhere.has(agent));
  if (unknown !== undefined) {
    const where = only === '' ? '' : ` on ${only}`;
    const list = everywhere.size === 0 ? 'There are none.' : `There are ${[...everywhere].sort().join(', ')}.`;
    const hint = didYouMean(unknown, [...everywhere]) || ` ${list}`;
    throw new OutriderError('not_found', `There is no agent ${unknown}${where}.${hint}`);
  }
  return candidates.flatMap((host) => {
    const here = new Set(has(host).map((instance) => instance.agent));
    const mine = agents.filter((agent) => here.has(agent));
    return mine.length === 0 ? [] : [{ host, agents: mine }];
  });
}

/** Those that can be asked. Throws where none of them can. */
function reachable(shares: readonly Share[]): {
  readonly there: readonly Share[];
  readonly down: readonly Share[];
  readonly skipped: readonly string[];
} {
  const there = shares.filter(({ host }) => host.state !== 'down');
  const down = shares.filter(({ host }) => host.state === 'down');
  const sentences = down.map(({ host }) => isDown(host));
  if (there.length === 0 && down.length > 0) {
    throw new OutriderError('refused', `${sentences.join(' ')} Nothing can be asked of it until it is back.`);
  }
  return { there, down, skipped: sentences.map((sentence) => `${sentence} It was left out.`) };
}
