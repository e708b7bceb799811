/** The hosts that a plan is made for. */
import type { AppStatus, Hold } from '@outrider/shared/domain/host.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';

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

/** A host that the rollout would change. */
export interface Target {
  readonly host: PlanHost;
  readonly spec: HostSpec;
  readonly from?: ReleaseRef;
  readonly to: ReleaseRef;
}
