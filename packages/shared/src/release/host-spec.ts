/**
 * From an app's spec to what one host is to run of it: agents selected, settings filled in, a fingerprint on
 * each. The same inputs always give the same bytes.
 */
import type { AgentSpec, AppSpec, HostAgent, Resources } from '../domain/agent.js';
import { canonicalJson } from '../domain/canonical.js';
import { interpolate } from '../domain/interpolation.js';
import { isName } from '../domain/name.js';
import type { HostSpec, Manifest } from '../domain/release.js';
import { formatPath } from '../runtime/checked.js';
import { digestOf } from '../runtime/digest.js';
import { didYouMean } from '../runtime/suggest.js';
import type { ValuePath } from '../runtime/yaml-source.js';
import { filesOf, stepsOf } from './agent-files.js';
import { identityOf } from './entry-identity.js';
import { type HostPlaces, hostPlaces } from './host-places.js';
import { problemsInRelease } from './host-spec-checks.js';
import { mapStrings } from './spec-walk.js';

export interface HostSpecInput {
  readonly spec: AppSpec;
  readonly manifest: Manifest;
  /** Of the manifest. */
  readonly digest: string;
  readonly version: string;
  readonly host: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  /** Every host of the inventory: name to address. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly environment: string;
  /** What `${VAR}` stands for. */
  readonly settings: Readonly<Record<string, string>>;
}

/** `problems` are sentences; with any of them, `spec` must not be used. */
export function resolveHostSpec(input: HostSpecInput): {
  readonly spec: HostSpec;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const filled = input.spec.agents.map((agent) => filledIn(agent, input, problems));
  const places = hostPlaces(filled, input.spec.prepare ?? [], input.manifest);
  problems.push(...places.problems);
  const here = filled.filter((agent) => agent.replicas > 0 && runsOn(agent, input.host));
  for (const agent of here) {
    for (const { path, message } of problemsInRelease(agent, input.manifest, places))
      problems.push(`${formatPath(['agents', agent.name, ...path])} ${message}`);
  }
  const agents = withFingerprints(here, input.manifest, places);
  const { app } = input.spec;
  const { version, digest, environment, hosts } = input;
  const about = { app, version, digest, environment, host: input.host.name, hosts };
  return { spec: { ...about, agents, ...linked(places) }, problems };
}

/** Those of one host together, everything filled in. */
export const withFingerprints = (
  agents: readonly AgentSpec[],
  manifest: Pick<Manifest, 'entries'>,
  places: Pick<HostPlaces, 'prepare' | 'data'>,
): readonly HostAgent[] =>
  withFollowed(agents.map((agent) => ({ ...agent, fingerprint: fingerprintOf(agent, manifest, places) })));

function filledIn(declared: AgentSpec, input: HostSpecInput, problems: string[]): AgentSpec {
  const report = (path: ValuePath, message: string) =>
    problems.push(`${formatPath(['agents', declared.name, ...path])} ${message}`);
  const agent = mapStrings(declared, (value, path) => fillIn(value, input, (message) => report(path, message)));
  for (const [index, host] of agent.hosts.entries()) {
    const problem = problemOfHost(host, Object.keys(input.hosts));
    if (problem !== undefined) report(['hosts', index], problem);
  }
  return agent;
}

const linked = ({ prepare, data }: HostPlaces): Pick<HostSpec, 'prepare' | 'data'> => ({
  ...(prepare.length === 0 ? {} : { prepare }),
  ...(data.length === 0 ? {} : { data }),
});

/** What travels to the host. */
export const hostSpecBytes = (spec: HostSpec): Uint8Array => Buffer.from(canonicalJson(spec));

/** sha256 over `hostSpecBytes`. */
export const specDigest = (spec: HostSpec): string => digestOf(spec);

function fillIn(value: string, input: HostSpecInput, report: (message: string) => void): string {
  const lookup = (name: string): string | undefined =>
    Object.hasOwn(input.settings, name) ? input.settings[name] : undefined;
  const filled = interpolate(value, lookup);
  for (const problem of filled.problems) {
    report(
      problem.kind === 'unset'
        ? `needs the setting ${problem.name}, which the environment ${input.environment} does not have. Set it under "settings:" in coordinator.yaml, or write \${${problem.name}:-default}.`
        : `has ${JSON.stringify(problem.reference)}, which is no reference.`,
    );
  }
  return filled.text;
}

/** A name that is in the inventory, or a selector of labels (which may select nothing). */
function problemOfHost(word: string, known: readonly string[]): string | undefined {
  if (word.includes('=') || known.includes(word)) return undefined;
  const hint = isName(word) ? didYouMean(word, known) || ` Known: ${known.join(', ')}.` : '';
  return `names "${word}", which is no host of the inventory.${hint}`;
}

function runsOn(agent: AgentSpec, host: HostSpecInput['host']): boolean {
  return (
    agent.hosts.length === 0 ||
    agent.hosts.some((word) => {
      if (word === host.name) return true;
      const at = word.indexOf('=');
      return at > 0 && host.labels[word.slice(0, at)] === word.slice(at + 1);
    })
  );
}

/** Over all that needs a restart when it changes: settings, the files that the agent uses, and what is made of files. */
function fingerprintOf(
  agent: AgentSpec,
  { entries }: Pick<Manifest, 'entries'>,
  { prepare, data }: Pick<HostPlaces, 'prepare' | 'data'>,
): string {
  const { description: _description, hosts: _hosts, exclusive: _exclusive, ...started } = agent;
  const { replicas: _replicas, scaling: _scaling, ...own } = started;
  const { resources, ...settings } = own;
  const limits = resources === undefined ? {} : limitsOf(resources);
  const prepared = stepsOf(agent, prepare, entries).map(({ inputs }) => inputs);
  return digestOf({
    settings: { ...settings, ...limits },
    files: filesOf(agent, entries, data).map(identityOf),
    ...(prepared.length === 0 ? {} : { prepared }),
  });
}

/** Without what is only counted: a process that runs does not notice it. */
function limitsOf(resources: Resources): { readonly resources?: Resources } {
  const { reservations, ...limits } = resources;
  return reservations !== undefined && Object.keys(limits).length === 0 ? {} : { resources: limits };
}

/** Whoever starts anew after a dependency is replaced when that is, in the plan as on the host. */
function withFollowed(agents: readonly HostAgent[]): readonly HostAgent[] {
  const known = new Map(agents.map((agent) => [agent.name, agent]));
  const fingerprints = new Map<string, string>();
  const fingerprintWith = (agent: HostAgent): string => {
    const found = fingerprints.get(agent.name);
    if (found !== undefined) return found;
    const followed = agent.dependsOn.flatMap((need) => (need.restart === true ? (known.get(need.agent) ?? []) : []));
    const own = agent.fingerprint;
    const all = followed.length === 0 ? own : digestOf({ own, followed: followed.map(fingerprintWith) });
    fingerprints.set(agent.name, all);
    return all;
  };
  return agents.map((agent) => ({ ...agent, fingerprint: fingerprintWith(agent) }));
}
