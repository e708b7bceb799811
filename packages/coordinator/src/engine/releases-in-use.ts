/** Owns the answer to where releases of an app are in use: by what hosts say, and by what rollouts are about. */
import type { ReleaseRef, ReleaseUse } from '@outrider/shared/domain/release.js';
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { entriesOn, ofApp } from '@outrider/shared/domain/rollout-place.js';
import type { FleetHost } from './ports.js';

/** Named by one of both at least. */
export interface UsedRelease {
  readonly version?: string;
  readonly digest?: string;
  readonly use: ReleaseUse;
}

/** `history`: rollouts of the app, newest first. */
export function releasesInUse(
  app: string,
  hosts: readonly FleetHost[],
  history: readonly Rollout[],
): readonly UsedRelease[] {
  const mine = history.map((rollout) => ofApp(rollout, app));
  return [...hosts.flatMap((host) => onHost(app, host, mine)), ...mine.flatMap(underWay), ...words(mine)];
}

/** Hosts of which nothing is known: neither they themselves nor any rollout has said what they run. */
export const unknownHosts = (hosts: readonly FleetHost[], history: readonly Rollout[]): readonly string[] =>
  history.length > 0 ? [] : hosts.filter(({ status }) => status === undefined).map(({ name }) => name);

function onHost(app: string, { name: host, status }: FleetHost, history: readonly Rollout[]): UsedRelease[] {
  if (status === undefined) return asLeft(host, history);
  const one = status.apps.find((candidate) => candidate.app === app);
  const staging = one?.staging;
  const agents = [...(one?.agents ?? []), ...status.instances.filter((instance) => instance.app === app)];
  const versions = new Set(agents.flatMap(({ version }) => (version === undefined || version === '' ? [] : [version])));
  const known = [one?.active, one?.previous, one?.candidate].map((ref) => ref?.version);
  return [
    ...used(one?.active, { how: 'active', host }),
    ...used(one?.previous, { how: 'previous', host }),
    ...used(one?.candidate, { how: 'candidate', host }),
    ...(staging === undefined ? [] : [{ digest: staging.digest, use: { how: 'staging', host } } as const]),
    ...[...versions]
      .filter((version) => !known.includes(version))
      .map((version) => ({ version, use: { how: 'agent', host } }) as const),
  ];
}

/** A host that was not heard of: as the last rollout with it has left it, whichever way that went. */
function asLeft(host: string, history: readonly Rollout[]): UsedRelease[] {
  const rollout = history.find((one) => entriesOn(one, host).length > 0);
  const entries = rollout === undefined ? [] : entriesOn(rollout, host);
  return entries.flatMap(({ from, to }) => [
    ...used(to, { how: 'active', host }),
    ...used(from, { how: 'previous', host }),
  ]);
}

function underWay(rollout: Rollout): UsedRelease[] {
  if (hasEnded(rollout.phase)) return [];
  const use = { how: 'rollout', rollout: rollout.id } as const;
  const refs = rollout.hosts.flatMap(({ from, to }) => [from, to]);
  return [{ version: rollout.version, use }, ...refs.flatMap((ref) => used(ref, use))];
}

/** What `good` and `previous` stand for. */
function words(history: readonly Rollout[]): UsedRelease[] {
  const good = history.find(({ phase }) => phase === 'succeeded');
  if (good === undefined) return [];
  const { version, fromVersion, id: rollout } = good;
  return [
    { version, use: { how: 'good', rollout } },
    ...(fromVersion === undefined ? [] : [{ version: fromVersion, use: { how: 'previous', rollout } } as const]),
  ];
}

const used = (ref: ReleaseRef | undefined, use: ReleaseUse): UsedRelease[] =>
  ref === undefined ? [] : [{ version: ref.version, digest: ref.digest, use }];
