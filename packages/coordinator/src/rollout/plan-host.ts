/** The hosts that a plan is made for. */
import type { AppStatus, Hold } from '@outrider/shared/domain/host.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';
import { placeKey } from '@outrider/shared/domain/rollout-place.js';

export interface PlanHost {
  readonly name: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'up' | 'suspect' | 'down';
  /** It is down because another one answers in its place: a sentence that says which. */
  readonly mistaken?: string;
  /** It counts as down since nothing reaches it from here; its sidecar tells Redis that it is there. */
  readonly cutOff?: true;
  /** Of the kernel it runs on; two hosts on loopback with the same one share a machine. */
  readonly bootId?: string;
  /** It can run agents of several releases of an app. */
  readonly mixesReleases?: true;
  /** A person has taken it out of our hands. */
  readonly hold?: Hold;
  /** What it says of the app; absent: nothing of it was ever there. */
  readonly app?: AppStatus;
}

/** A host that the rollout would change; where it is of several apps, one of them on a host. */
export interface Target {
  readonly host: PlanHost;
  /** Absent: the only app of the rollout. */
  readonly app?: string;
  readonly spec: HostSpec;
  readonly from?: ReleaseRef;
  readonly to: ReleaseRef;
}

/** As it stands in maps, and in the record of its rollout. */
export const keyOf = ({ host, app }: Target): string => placeKey(host.name, app);

/** The targets of each host together, in their order; those of a host follow each other. */
export function byHost(targets: readonly Target[]): readonly (readonly Target[])[] {
  const groups: Target[][] = [];
  for (const target of targets) {
    const last = groups.at(-1);
    if (last?.[0]?.host.name === target.host.name) last.push(target);
    else groups.push([target]);
  }
  return groups;
}
