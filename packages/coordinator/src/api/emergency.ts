/** POST /rollback: every app, or the one named, back to what each host ran before. */
import { randomUUID } from 'node:crypto';
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { type ErrorCode, messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { appsIn, entriesOn } from '@outrider/shared/domain/rollout-place.js';
import { names, optionalApps, refuse, rolloutId, versionOrWord, onlyFields, textIn } from './fields.js';
import { REST_MS } from '../rollout/strategy.js';
import type { Fleet } from '../engine/ports.js';
import { isHeld } from './held-hosts.js';
import type { Inside } from './inside.js';
import { rollbackStrategy } from './rollback-strategy.js';
import type { RollbackAsk } from './ports.js';
import { appsOf } from './read-model.js';
import { wayBack } from './way-back.js';

const FIELDS = ['app', 'to', 'strategy', 'hosts', 'agents', 'expect_rollout'];

export interface RollbackAnswer {
  readonly status: 'rollback_initiated';
  readonly rollback_id: string;
  readonly rollbacks: readonly { readonly app: string; readonly rollout: string }[];
  /** Of apps that nothing was begun for, and of hosts that stay. */
  readonly reasons: readonly string[];
  /** What was under way already is not about every host: to be said again when it has ended. */
  readonly again?: true;
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
  const done = await takeAllBack(inside, body, by);
  const [first] = done.rollbacks;
  if (first === undefined) throw new OutriderError('refused', done.reasons.join(' '));
  return { status: 'rollback_initiated', rollback_id: first.rollout, ...done };
}

/**
 * No rollback: everything is back already, and the reasons say so. Rejects where nothing could be begun. An emergency that
 * names no release goes to the last good one: asked twice, or once a rollout has gone back by itself, it goes no step further.
 */
export async function takeAllBack(
  inside: Inside,
  body: Readonly<Record<string, unknown>>,
  by: string,
): Promise<Pick<RollbackAnswer, 'rollbacks' | 'reasons' | 'again'>> {
  const { app, expected, ...ask } = readAsk(body);
  const apps = app === '' ? appsOf(inside.fleet) : appsIn(app);
  if (expected !== '') await refuseUnlessUnderWay(inside, apps, expected);
  const begun: { app: string; rollout: string }[] = [];
  const reasons: string[] = [];
  const codes: ErrorCode[] = [];
  let again = false;
  for (const name of apps) {
    try {
      const { rollout, notices, isPart = false } = await backOf(inside, { ...ask, app: name, by });
      again ||= isPart;
      reasons.push(...notices.map((notice) => `${name}: ${notice}`));
      if (rollout !== undefined) begun.push({ app: name, rollout: rollout.id });
      else if (notices.length === 0) reasons.push(`${name}: everything is as asked already.`);
    } catch (error) {
      // The other apps are taken back all the same; what has begun is always told.
      if (!(error instanceof OutriderError)) throw error;
      codes.push(error.code);
      reasons.push(`${name}: ${messageOf(error)}`);
    }
  }
  if (begun.length > 0 || (apps.length > 0 && codes.length === 0)) {
    return { rollbacks: begun, reasons, ...(again ? { again } : {}) };
  }
  throw new OutriderError(
    codes.find((code) => code !== 'refused') ?? 'refused',
    apps.length === 0 ? 'No app runs on any host, so there is nothing to go back to.' : reasons.join(' '),
  );
}

export type WayBack = Pick<RollbackAsk, 'app' | 'to' | 'hosts' | 'agents' | 'strategy' | 'toLastGood'>;

/** `expected`: the rollout that the caller saw under way; '': whichever is. @throws OutriderError('invalid') */
export function readAsk(body: Readonly<Record<string, unknown>>): WayBack & { readonly expected: string } {
  onlyFields(body, FIELDS);
  const to = textIn(body, 'to') === '' ? '' : versionOrWord('to', textIn(body, 'to'));
  const [hosts, agents] = [names('hosts', list(body, 'hosts')), names('agents', list(body, 'agents'))];
  const strategy = rollbackStrategy(textIn(body, 'strategy'), { hosts, agents }, 'emergency');
  return {
    app: optionalApps('app', textIn(body, 'app')),
    ...{ to, hosts, agents, strategy, toLastGood: strategy === 'emergency' },
    expected: rolloutId(textIn(body, 'expect_rollout'), 'expect_rollout'),
  };
}

/** What a person has read of a rollout that has ended since is no longer what would happen. */
export async function refuseUnlessUnderWay({ rollouts }: Inside, apps: readonly string[], id: string): Promise<void> {
  const known = (await Promise.all(apps.map((app) => rollouts.list(app, 20)))).flat();
  if (known.some((rollout) => rollout.id === id && !hasEnded(rollout.phase))) return;
  const phase = known.find((rollout) => rollout.id === id)?.phase;
  const how = phase === undefined ? '' : `: it has ended, ${phase.replace('_', ' ')}`;
  throw new OutriderError(
    'refused',
    `${id} is not under way any more${how}. Nothing was done; look again, and ask without "expect_rollout" or with the one that is.`,
  );
}

interface Back {
  /** Absent: nothing is left to go back. */
  readonly rollout?: Rollout;
  /** Sentences on hosts that stay as they are. */
  readonly notices: readonly string[];
  /** It is a rollback of some hosts only, which somebody else has begun. */
  readonly isPart?: boolean;
}

/** A rollout that is under way is taken back by aborting it, a rollback goes on (faster in an emergency); else one begins. */
async function backOf({ rollouts, fleet }: Inside, ask: WayBack & Pick<RollbackAsk, 'by'>): Promise<Back> {
  const running = (await rollouts.list(ask.app, 20)).find((rollout) => !hasEnded(rollout.phase));
  if (running === undefined) {
    const hosts = ask.hosts.length === 0 ? freeHosts(fleet, ask.app) : ask.hosts;
    const request = { ...ask, hosts, bakeMs: REST_MS, requestId: randomUUID(), message: ask.strategy };
    const { rollout, plan } = await rollouts.rollback(request);
    return { ...(rollout === undefined ? {} : { rollout }), notices: plan.notices ?? [] };
  }
  const way = wayBack(running, ask);
  const notices = running.kind === 'rollback' ? leftOut(fleet, ask.app, running) : [];
  const rollout =
    way === 'go_on' ? running : await rollouts.control(running.id, ask.app, 'abort', ask.by, way === 'emergency');
  return { rollout, notices, isPart: notices.length > 0 };
}

/** Hosts that the rollback under way is not about. */
export function leftOut(fleet: Fleet, app: string, running: Rollout): readonly string[] {
  const names = fleet
    .hosts()
    .filter(({ name, status }) => status?.apps.some((one) => one.app === app) && entriesOn(running, name).length === 0)
    .map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    `${running.id} is under way and is not about ${names.join(', ')}. They go back when it has ended and this is said again.`,
  ];
}

/** Those that are held are back already, by their own means. Empty: none is held, so every host. */
export function freeHosts(fleet: Fleet, app: string): readonly string[] {
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
