/** Releases as this host runs them: with as many instances of each agent as were ordered here. Changes nothing. */
import type { AgentFingerprint, AppStatus } from '@outrider/shared/domain/host.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';
import { asScaled, type ScaledAgents, scaledOf } from '@outrider/shared/domain/scaling.js';
import type { AppState } from '../host/app-state.js';
import { ordersAfter, ordersOn } from '../host/scaling.js';
import type { Releases } from './ports.js';

/** Undefined: it is not on this disk. */
export type ReadSpec = (app: string, release: ReleaseRef) => HostSpec | undefined;

export const readerOf =
  ({ releases }: { readonly releases: Pick<Releases, 'spec'> }): ReadSpec =>
  (app, release) => {
    try {
      return releases.spec(app, release);
    } catch {
      return undefined;
    }
  };

export const scaledSpec = (spec: HostSpec, scaled: ScaledAgents | undefined): HostSpec =>
  scaled === undefined ? spec : { ...spec, agents: spec.agents.map((agent) => asScaled(agent, scaled)) };

/** Of a release that is active or on its way. */
export function specHere(state: AppState, release: ReleaseRef, read: ReadSpec): HostSpec | undefined {
  const spec = read(state.app, release);
  return spec === undefined ? undefined : scaledSpec(spec, ordersOn(state, release));
}

export interface Coming {
  readonly isRollback: boolean;
  readonly by: string;
  /** RFC 3339. */
  readonly since: string;
}

/** The orders that come into force with a switch to `release`. `next`: it, as it was made. */
export function ordersWith(
  state: AppState,
  release: ReleaseRef,
  next: HostSpec | undefined,
  read: ReadSpec,
  how: Coming,
): ScaledAgents {
  const now = state.active === undefined ? undefined : read(state.app, state.active);
  return ordersAfter(state, release, { now: now?.agents ?? [], next: next?.agents ?? [] }, how);
}

/** The same, for an emergency. */
export const ordersBack =
  (read: ReadSpec, by: string, since: string) =>
  (state: AppState, release: ReleaseRef): ScaledAgents =>
    ordersWith(state, release, read(state.app, release), read, { isRollback: true, by, since });

/** The agents of the active release, for the status. */
export const activeAgents = (spec: HostSpec, { scaled }: AppState): readonly AgentFingerprint[] =>
  spec.agents.map(({ name, fingerprint, replicas: declared, release }) => {
    const agent = { name, fingerprint, ...(release === undefined ? {} : { version: release.version }) };
    const order = scaledOf(scaled, name);
    if (order === undefined) return { ...agent, replicas: declared };
    const { replicas, by, since, reason } = order;
    return { ...agent, replicas, scaled: { declared, by, since, reason } };
  });

/** Of a rollback to the release before. */
export const previousReplicas = ({
  scaledBefore = {},
  previous,
}: AppState): NonNullable<AppStatus['previousReplicas']> =>
  previous === undefined ? [] : Object.entries(scaledBefore).map(([name, { replicas }]) => ({ name, replicas }));
