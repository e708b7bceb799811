/** What POST /rollback is asked: read and looked up in the same way by whoever does it and by whoever plans it. */
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { appsIn, entriesOn } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Fleet } from '../engine/ports.js';
import { REST_MS } from '../rollout/strategy.js';
import { names, onlyFields, optionalApps, refuse, rolloutId, textIn, versionOrWord } from './fields.js';
import { isHeld } from './held-hosts.js';
import type { Inside } from './inside.js';
import type { RollbackAsk } from './ports.js';
import { appsOf } from './read-model.js';
import { rollbackStrategy } from './rollback-strategy.js';

const FIELDS = ['app', 'to', 'strategy', 'hosts', 'agents', 'expect_rollout'];

export type WayBack = Pick<RollbackAsk, 'app' | 'to' | 'hosts' | 'agents' | 'strategy' | 'toLastGood'>;

/** The same for each app. @throws OutriderError('invalid' | 'refused') */
export async function readWaysBack(
  inside: Inside,
  body: Readonly<Record<string, unknown>>,
): Promise<{ readonly apps: readonly string[]; readonly ask: Omit<WayBack, 'app'> }> {
  const { app, expected, ...ask } = readAsk(body);
  const apps = app === '' ? appsOf(inside.fleet) : appsIn(app);
  if (expected !== '') await refuseUnlessUnderWay(inside, apps, expected);
  return { apps, ask };
}

/** The rollout or rollback of an app that has not ended. */
export const underWay = async ({ rollouts }: Pick<Inside, 'rollouts'>, app: string): Promise<Rollout | undefined> =>
  (await rollouts.list(app, 20)).find((rollout) => !hasEnded(rollout.phase));

/** Of the rollback that begins where none is. @throws OutriderError('refused') where every host is held */
export const requestOf = (fleet: Fleet, ask: WayBack): Omit<RollbackAsk, 'by' | 'requestId'> => ({
  ...ask,
  hosts: ask.hosts.length === 0 ? freeHosts(fleet, ask.app) : ask.hosts,
  bakeMs: REST_MS,
});

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

/** `expected`: the rollout that the caller saw under way; '': whichever is. @throws OutriderError('invalid') */
function readAsk(body: Readonly<Record<string, unknown>>): WayBack & { readonly expected: string } {
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
async function refuseUnlessUnderWay({ rollouts }: Inside, apps: readonly string[], id: string): Promise<void> {
  const known = (await Promise.all(apps.map((app) => rollouts.list(app, 20)))).flat();
  if (known.some((rollout) => rollout.id === id && !hasEnded(rollout.phase))) return;
  const phase = known.find((rollout) => rollout.id === id)?.phase;
  const how = phase === undefined ? '' : `: it has ended, ${phase.replace('_', ' ')}`;
  throw new OutriderError(
    'refused',
    `${id} is not under way any more${how}. Nothing was done; look again, and ask without "expect_rollout" or with the one that is.`,
  );
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
