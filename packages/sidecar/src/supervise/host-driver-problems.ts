/** Why this host can't run a release, said before anything is fetched or touched. */
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { type AppState, candidateOf } from '../host/app-state.js';
import { appOf, type HostState } from '../host/host-state.js';
import { claimsOf, collisionOf, foreignAddressOf } from '../host/socket-claims.js';
import type { HostDriverOptions } from './host-driver-options.js';
import { type Coming, ordersWith, readerOf, scaledSpec, specHere } from './host-driver-specs.js';

/** A sentence; undefined: nothing speaks against it. */
export const problemOf = (spec: HostSpec, state: HostState, options: HostDriverOptions): string | undefined =>
  problemsOf(spec, state, options)[0];

export interface Outlook {
  /** Sentences. */
  readonly problems: readonly string[];
  /** What runs, or is to run, here beside the app of the spec. */
  readonly others: readonly HostSpec[];
  /** The spec with as many instances as this host would run of it. */
  readonly own: HostSpec;
}

export const outlookOf = (spec: HostSpec, state: HostState, options: HostDriverOptions): Outlook => ({
  problems: problemsOf(spec, state, options),
  others: othersOf(spec, state, options),
  own: ownOf(spec, state, options),
});

const NOBODY: Coming = { isRollback: false, by: '', since: '' };

/** Another release of an agent with bounds finds as many instances as there are now. */
function ownOf(spec: HostSpec, state: HostState, options: HostDriverOptions): HostSpec {
  const { version, digest } = spec;
  const release = { version, digest, specDigest: '' };
  return scaledSpec(spec, ordersWith(appOf(state, spec.app), release, spec, readerOf(options), NOBODY));
}

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

export const othersOf = (spec: HostSpec, state: HostState, options: HostDriverOptions): readonly HostSpec[] =>
  Object.values(state.apps).flatMap((app) => (app.app === spec.app ? [] : specsOf(app, options)));

const isText = (text: string | undefined): text is string => text !== undefined;

/** What is not on this disk any more holds no socket that its next start would not be refused. */
const specsOf = (app: AppState, options: HostDriverOptions): readonly HostSpec[] =>
  [app.active, candidateOf(app)].flatMap((release) =>
    release === undefined ? [] : (specHere(app, release, readerOf(options)) ?? []),
  );
