/** Gathers what is known of a rollout: from Redis, from the hosts that can be reached. Changes nothing. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { isHook } from '@outrider/shared/domain/hook.js';
import type { Culprit } from '@outrider/shared/domain/host.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { hostNames, isAbout } from '@outrider/shared/domain/rollout-place.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { EVENTS_KEPT } from '@outrider/shared/runtime/fleet-keys.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Inside } from '../inside.js';
import type { CulpritLog, Gathered } from './files.js';

const LOG_LINES = 500;
/** What its agents did just before it began, and just after it ended. */
const AROUND_MS = 60_000;

export async function gather(inside: Inside, rollout: Rollout, signal: AbortSignal): Promise<Gathered> {
  const { rollouts, events, fleet, clock } = inside;
  const [trace, all, logs] = await Promise.all([
    rollouts.trace(rollout.id),
    events.last(EVENTS_KEPT),
    Promise.all(culpritsOf(rollout).map((culprit) => logOf(inside, rollout, culprit, signal))),
  ]);
  const hosts = hostNames(rollout.hosts).flatMap((host) => fleet.host(host) ?? []);
  return {
    ...{ rollout, trace, hosts, logs },
    explained: rollouts.explain(rollout),
    events: all.filter((event) => concerns(event, rollout)),
    at: rfc3339(clock.now()),
  };
}

function concerns({ rollout: id, app, host, at }: OutriderEvent, rollout: Rollout): boolean {
  if (id !== undefined) return id === rollout.id;
  const ms = Date.parse(at);
  const isThen = ms >= rollout.startedAt - AROUND_MS && ms <= (rollout.endedAt ?? Infinity) + AROUND_MS;
  return isThen && isAbout(rollout, app ?? '') && hostNames(rollout.hosts).some((name) => name === host);
}

/** Each agent once for each host. */
function culpritsOf({ culprit, hosts }: Rollout): readonly Culprit[] {
  const all = [culprit, ...hosts.map((entry) => culpritAt(entry))].filter((one): one is Culprit => one !== undefined);
  return all
    .filter(({ agent }) => agent !== '')
    .filter(
      ({ host, app, agent }, index) =>
        all.findIndex((one) => one.host === host && one.app === app && one.agent === agent) === index,
    );
}

const culpritAt = ({ app, culprit }: RolloutHost): Culprit | undefined =>
  culprit === undefined || app === undefined ? culprit : { ...culprit, app };

async function logOf(
  { fleet, sidecars }: Inside,
  rollout: Rollout,
  { host: name, app, agent, log }: Culprit,
  signal: AbortSignal,
): Promise<CulpritLog> {
  // Of a hook all that is kept of what it said is in the record.
  if (isHook(agent)) return { host: name, agent, lines: log };
  const host = fleet.host(name);
  const place = { host: name, agent, ...(app === undefined ? {} : { app }) };
  const kept = (missing: string): CulpritLog => ({ ...place, lines: log, missing });
  if (host === undefined || host.state === 'down') return kept(`Host ${name} is down.`);
  try {
    const lines: string[] = [];
    const ask = { app: app ?? rollout.app, agents: [agent], follow: false, lines: LOG_LINES, since: 0 };
    for await (const { instance, line } of sidecars.logs(host, ask, signal)) lines.push(`${agent}.${instance} ${line}`);
    return { ...place, lines };
  } catch (error) {
    if (!(error instanceof OutriderError)) throw error;
    return kept(messageOf(error));
  }
}
