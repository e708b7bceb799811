/** Why this host can't run a release, said before anything is fetched or touched. */
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { type AppState, candidateOf } from '../host/app-state.js';
import type { HostState } from '../host/host-state.js';
import { type Claimed, claimsOf, collisionOf, foreignAddressOf } from '../host/socket-claims.js';
import type { HostDriverOptions } from './host-driver-options.js';

/** A sentence; undefined: nothing speaks against it. */
export function problemOf(spec: HostSpec, state: HostState, options: HostDriverOptions): string | undefined {
  const { host, environment, address, reserved, localAddresses } = options;
  if (spec.host !== host) return `This is host ${host}; what came was made for host ${spec.host}.`;
  if (spec.environment !== environment) {
    return `Host ${host} belongs to the environment ${environment}; what came was made for ${spec.environment}.`;
  }
  const refused = spec.agents.flatMap((agent) => options.refusals.map((one) => one.problemOf(agent))).find(isText);
  if (refused !== undefined) return `On host ${host}, ${refused}`;
  const others = Object.values(state.apps).filter(({ app }) => app !== spec.app);
  const taken = [...reserved, ...others.flatMap((app) => claimedBy(app, options))];
  return collisionOf(spec, address, taken) ?? foreignAddressOf(spec, address, localAddresses());
}

const isText = (text: string | undefined): text is string => text !== undefined;

function claimedBy(app: AppState, { releases, address }: HostDriverOptions): readonly Claimed[] {
  return [app.active, candidateOf(app)].flatMap((release) => {
    if (release === undefined) return [];
    try {
      return claimsOf(releases.spec(app.app, release), address);
    } catch {
      // Not on this disk any more: then it holds no socket that its next start would not be refused.
      return [];
    }
  });
}
