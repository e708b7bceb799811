/** Hosts that a rollback brings to another version than most: each to the one that it had before. */
import type { Rollout } from './rollout.js';
import { appsOfRollout } from './rollout-place.js';

type Apart = Readonly<Record<string, string>>;

/** By host (of several apps by host and app), what it goes to instead of the version of the rollout; undefined: none. */
export function versionsApart(rollout: Rollout): Apart | undefined {
  const apps = appsOfRollout(rollout);
  const most = (app: string | undefined): string | undefined =>
    (apps.find((one) => one.app === app) ?? apps[0])?.version;
  const apart = rollout.hosts.filter(({ app, to }) => to.version !== most(app));
  return apart.length === 0 ? undefined : Object.fromEntries(apart.map(({ host, to }) => [host, to.version]));
}

/** `9.1.0 (pc2: 9.5.0)`. */
export function withVersionsApart(version: string, apart: Apart | undefined): string {
  const others = Object.entries(apart ?? {}).map(([host, other]) => `${host}: ${other}`);
  return others.length === 0 ? version : `${version} (${others.join(', ')})`;
}

/** What the data of an event says of them; it may have been written by anybody. */
export function versionsIn(data: Readonly<Record<string, unknown>> | undefined): Apart | undefined {
  const versions = data?.['versions'];
  if (typeof versions !== 'object' || versions === null || Array.isArray(versions)) return undefined;
  return Object.fromEntries(
    Object.entries(versions).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
