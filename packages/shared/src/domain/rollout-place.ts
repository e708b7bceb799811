/**
 * Where a rollout takes place: on hosts, and where it is of several apps, with each of these on each host. The only one
 * that makes and reads the keys in `RolloutHost.host` and the texts that name several apps.
 */
import type { HookRun } from './hook.js';
import type { Rollout, RolloutApp, RolloutHost, RolloutHostState } from './rollout.js';

type PlacedHost = Pick<RolloutHost, 'host' | 'app'>;

/** Several apps in one text, `a,b`, whatever order they were named in. No name has a comma. */
export const joinedApps = (apps: readonly string[]): string => [...new Set(apps)].sort().join(',');

/** Each once, by name; empty: none was named. */
export const appsIn = (joined: string): readonly string[] =>
  joined === '' ? [] : [...new Set(joined.split(','))].sort();

/** What the apps have, where that is the same one thing; else what each has, in their order, with commas. */
export const together = (values: readonly string[]): string => [...new Set(values)].join(',');

/** `pc2`, and of one app of several `pc2/b`. No name has a slash. */
export const placeKey = (host: string, app?: string): string => (app === undefined ? host : `${host}/${app}`);

/** The name of the host itself. */
export const hostOf = ({ host, app }: PlacedHost): string =>
  app !== undefined && host.endsWith(`/${app}`) ? host.slice(0, -app.length - 1) : host;

export const sameHost = (a: PlacedHost, b: PlacedHost): boolean => hostOf(a) === hostOf(b);

/** Each host once, in the order of the rollout. */
export const hostNames = (hosts: readonly PlacedHost[]): readonly string[] => [...new Set(hosts.map(hostOf))];

export const appsOfRollout = ({ apps, app, version, digest }: Rollout): readonly RolloutApp[] =>
  apps ?? [{ app, version, digest }];

/** Of this app alone, of several among which it is, or of just these several; empty: whatever it is of. */
export const isAbout = (rollout: Rollout, app: string): boolean =>
  app === '' || rollout.app === app || (rollout.apps ?? []).some((one) => one.app === app);

/** The first app that both are of; undefined: none, so that both may run at once. */
export const sharedApp = (rollout: Rollout, apps: readonly string[]): string | undefined =>
  apps.find((app) => appsOfRollout(rollout).some((one) => one.app === app));

/** The host and app of one of its entries. */
export const placeOf = (
  { app }: Pick<Rollout, 'app'>,
  entry: PlacedHost,
): { readonly host: string; readonly app: string } => ({
  host: hostOf(entry),
  app: entry.app ?? app,
});

/** The entry of an app on a host; undefined: it has none. */
export const entryAt = ({ apps, hosts }: Rollout, host: string, app: string): RolloutHost | undefined => {
  const key = placeKey(host, apps === undefined ? undefined : app);
  return hosts.find((entry) => entry.host === key);
};

/** The entries of a host: one, or one for each app. */
export const entriesOn = ({ hosts }: Rollout, host: string): readonly RolloutHost[] =>
  hosts.filter((entry) => hostOf(entry) === host);

/** As if it were of this app alone; the same where it is. */
export function ofApp(rollout: Rollout, app: string): Rollout {
  const { apps, hosts, fromVersion: _from, ...rest } = rollout;
  const one = apps?.find((candidate) => candidate.app === app);
  if (one === undefined) return rollout;
  const mine = hosts.filter((entry) => entry.app === app).map(({ app: _app, ...entry }) => entry);
  return { ...rest, ...one, hosts: mine.map((entry) => ({ ...entry, host: hostOf({ host: entry.host, app }) })) };
}

/** What people and programs see: `host` is the name of the host, `app` beside it that of the app. */
export const shownHosts = ({ hosts }: Pick<Rollout, 'hosts'>): readonly RolloutHost[] =>
  hosts.some(({ app }) => app !== undefined) ? hosts.map(asShown) : hosts;

/** The same of runs of hooks; what app they are of is in their names. */
export const shownRuns = ({ hosts, hookRuns = [] }: Pick<Rollout, 'hosts' | 'hookRuns'>): readonly HookRun[] =>
  hookRuns.map((run) => {
    const entry = hosts.find(({ host }) => host === run.host);
    return entry === undefined ? run : { ...run, host: hostOf(entry) };
  });

const asShown = (entry: RolloutHost): RolloutHost =>
  entry.app === undefined ? entry : { ...entry, host: hostOf(entry) };

/** Where the apps of a host stand apart, the one that is furthest from being done speaks for it. */
const SPEAKS_FIRST: readonly RolloutHostState[] = [
  ...(['failed', 'unreachable', 'reverting', 'reverted', 'pending', 'staging'] as const),
  ...(['staged', 'switching', 'trial', 'committing', 'committed'] as const),
];

/** The state of each host, by its name. */
export function stateByHost(hosts: readonly RolloutHost[]): Readonly<Record<string, RolloutHostState>> {
  const states = new Map<string, RolloutHostState>();
  for (const entry of hosts) {
    const [name, known] = [hostOf(entry), states.get(hostOf(entry))];
    const isFirst = known === undefined || SPEAKS_FIRST.indexOf(entry.state) < SPEAKS_FIRST.indexOf(known);
    if (isFirst) states.set(name, entry.state);
  }
  return Object.fromEntries(states);
}

/** The state of each app on each host; undefined: it is of one app. */
export function stateByApp({
  apps,
  hosts,
}: Rollout): Readonly<Record<string, Readonly<Record<string, RolloutHostState>>>> | undefined {
  if (apps === undefined) return undefined;
  return Object.fromEntries(apps.map(({ app }) => [app, stateByHost(hosts.filter((entry) => entry.app === app))]));
}
