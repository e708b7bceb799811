/** Why this host can't run a release, said before anything is fetched or touched. */
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { type AppState, candidateOf } from '../host/app-state.js';
import type { HostState } from '../host/host-state.js';
import { claimsOf, collisionOf, foreignAddressOf } from '../host/socket-claims.js';
import type { HostDriverOptions } from './host-driver-options.js';

/** A sentence; undefined: nothing speaks against it. */
export const problemOf = (spec: HostSpec, state: HostState, options: HostDriverOptions): string | undefined =>
  problemsOf(spec, state, options)[0];

export interface Outlook {
  /** Sentences. */
  readonly problems: readonly string[];
  /** What runs, or is to run, here beside the app of the spec. */
  readonly others: readonly HostSpec[];
}

export const outlookOf = (spec: HostSpec, state: HostState, options: HostDriverOptions): Outlook => ({
  problems: problemsOf(spec, state, options),
  others: othersOf(spec, state, options),
});

/** All that speaks against it; only what is made for another host is not looked at any further. */
function problemsOf(spec: HostSpec, state: HostState, options: HostDriverOptions): readonly string[] {
  const { host, environment, address, reserved, localAddresses } = options;
  if (spec.host !== host) return [`This is host ${host}; what came was made for host ${spec.host}.`];
  if (spec.environment !== environment) {
    return [`Host ${host} belongs to the environment ${environment}; what came was made for ${spec.environment}.`];
  }
  const refused = spec.agents.flatMap((agent) => options.refusals.map((one) => one.problemOf(agent))).filter(isText);
  const taken = [...reserved, ...othersOf(spec, state, options).flatMap((other) => claimsOf(other, address))];
  const sockets = [collisionOf(spec, address, taken), foreignAddressOf(spec, address, localAddresses())];
  return [...refused.map((sentence) => `On host ${host}, ${sentence}`), ...sockets.filter(isText)];
}

const othersOf = (spec: HostSpec, state: HostState, options: HostDriverOptions): readonly HostSpec[] =>
  Object.values(state.apps).flatMap((app) => (app.app === spec.app ? [] : specsOf(app, options)));

const isText = (text: string | undefined): text is string => text !== undefined;

function specsOf(app: AppState, { releases }: HostDriverOptions): readonly HostSpec[] {
  return [app.active, candidateOf(app)].flatMap((release) => {
    if (release === undefined) return [];
    try {
      return releases.spec(app.app, release);
    } catch {
      // Not on this disk any more: then it holds no socket that its next start would not be refused.
      return [];
    }
  });
}
