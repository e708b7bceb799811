/** POST /rollback: every app, or the one named, back to what each host ran before. */
import { randomUUID } from 'node:crypto';
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { type ErrorCode, messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { appsIn } from '@outrider/shared/domain/rollout-place.js';
import { names, optionalApps, refuse, versionOrWord, onlyFields, textIn } from './fields.js';
import { REST_MS } from '../rollout/strategy.js';
import type { Fleet } from '../engine/ports.js';
import { isHeld } from './held-hosts.js';
import type { Inside } from './inside.js';
import { rollbackStrategy } from './rollback-strategy.js';
import type { RollbackAsk } from './ports.js';
import { appsOf } from './read-model.js';

const FIELDS = ['app', 'to', 'strategy', 'hosts', 'agents'];

export interface RollbackAnswer {
  readonly status: 'rollback_initiated';
  readonly rollback_id: string;
  readonly rollbacks: readonly { readonly app: string; readonly rollout: string }[];
  /** Of apps that nothing was begun for. */
  readonly reasons: readonly string[];
}

/** All apps of a fleet, one after the other. */
const FORWARDED_MS = 60_000;

/** The same, wherever the leader is. */
export const rollbackAtLeader = (
  inside: Inside,
  body: Readonly<Record<string, unknown>>,
  by: string,
): Promise<RollbackAnswer> =>
  inside.leader.carryOut(
    { isForwarded: false },
    () => emergencyRollback(inside, body, by),
    async (remote, signal) => {
      const request = { body: JSON.stringify(body), by };
      const answer = await remote.EmergencyRollback(request, { timeoutMs: FORWARDED_MS, signal });
      return JSON.parse(answer.body) as RollbackAnswer;
    },
  );

/** Throws `OutriderError('refused')` where there is nothing to go back to. */
export async function emergencyRollback(
  inside: Inside,
  body: Readonly<Record<string, unknown>>,
  by: string,
): Promise<RollbackAnswer> {
  onlyFields(body, FIELDS);
  const app = optionalApps('app', textIn(body, 'app'));
  const to = textIn(body, 'to') === '' ? '' : versionOrWord('to', textIn(body, 'to'));
  const hosts = names('hosts', list(body, 'hosts'));
  const agents = names('agents', list(body, 'agents'));
  const strategy = rollbackStrategy(textIn(body, 'strategy'), agents, 'emergency');

  const apps = app === '' ? appsOf(inside.fleet) : appsIn(app);
  const begun: { app: string; rollout: string }[] = [];
  const reasons: string[] = [];
  const codes: ErrorCode[] = [];
  for (const name of apps) {
    try {
      const rollout = await backOf(inside, { app: name, to, hosts, agents, strategy, by });
      if (rollout === undefined) reasons.push(`${name}: everything is as asked already.`);
      else begun.push({ app: name, rollout: rollout.id });
    } catch (error) {
      // The other apps are taken back all the same; what has begun is always told.
      if (!(error instanceof OutriderError)) throw error;
      codes.push(error.code);
      reasons.push(`${name}: ${messageOf(error)}`);
    }
  }
  const [first] = begun;
  if (first !== undefined) {
    return { status: 'rollback_initiated', rollback_id: first.rollout, rollbacks: begun, reasons };
  }
  throw new OutriderError(
    codes.find((code) => code !== 'refused') ?? 'refused',
    apps.length === 0 ? 'No app runs on any host, so there is nothing to go back to.' : reasons.join(' '),
  );
}

/** A rollout that is under way is taken back by aborting it; else a rollback begins. */
async function backOf(
  { rollouts, fleet }: Inside,
  ask: Pick<RollbackAsk, 'app' | 'to' | 'hosts' | 'agents' | 'strategy' | 'by'>,
): Promise<Rollout | undefined> {
  const running = (await rollouts.list(ask.app, 20)).find((rollout) => !hasEnded(rollout.phase));
  if (running === undefined) {
    const hosts = ask.hosts.length === 0 ? freeHosts(fleet, ask.app) : ask.hosts;
    const request = { ...ask, hosts, bakeMs: REST_MS, requestId: randomUUID(), message: ask.strategy };
    return (await rollouts.rollback(request)).rollout;
  }
  if (ask.to !== '' || ask.hosts.length > 0 || (ask.agents ?? []).length > 0) {
    throw new OutriderError(
      'refused',
      `${running.id} is under way, and the way back from it is all of it: leave out "to", "hosts" and "agents", or wait for its end.`,
    );
  }
  if (running.kind === 'rollback' || running.phase === 'rolling_back') return running;
  return rollouts.control(running.id, ask.app, 'abort', ask.by, ask.strategy === 'emergency');
}

/** Those that are held are back already, by their own means. Empty: none is held, so every host. */
function freeHosts(fleet: Fleet, app: string): readonly string[] {
  const hosts = fleet.hosts();
  const held = hosts.filter(isHeld);
  if (held.length === 0) return [];
  const free = hosts.filter((host) => !isHeld(host) && host.status?.apps.some((one) => one.app === app) === true);
  if (free.length > 0) return free.map(({ name }) => name);
  const names = held.map(({ name }) => name).join(', ');
  throw new OutriderError('refused', `${names} ${held.length === 1 ? 'is' : 'are'} held and so back already.`);
}

function list(body: Readonly<Record<string, unknown>>, field: string): readonly string[] {
  const value = body[field] ?? [];
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? value
    : refuse(field, 'expected is a list of names');
}
