/** Of which release each agent of a host spec is: one release is active, and some agents may be kept from others. */
import type { AgentRelease, HostAgent } from './agent.js';
import type { AppStatus } from './host.js';
import type { HostSpec } from './release.js';

type Spec = Pick<HostSpec, 'version' | 'digest'>;

export const releaseOf = ({ version, digest }: Spec, { release }: Pick<HostAgent, 'release'>): AgentRelease =>
  release ?? { version, digest };

/** The other releases whose trees a host needs as long as it may run this spec, each once; as a rule none. */
export function keptReleases(spec: Spec & Pick<HostSpec, 'agents'>): readonly AgentRelease[] {
  const kept = spec.agents.flatMap(({ release }) => (release === undefined ? [] : [release]));
  return kept.filter(
    ({ digest }, index) => digest !== spec.digest && kept.findIndex((other) => other.digest === digest) === index,
  );
}

type Active = Pick<AppStatus, 'active' | 'agents'>;

/** `2.0.0`, or `2.0.0, of it vision 1.0.0` where agents are kept from other releases; undefined: nothing is active. */
export function activeInWords({ active, agents }: Active): string | undefined {
  return active === undefined ? undefined : versionInWords(active.version, agents);
}

export function versionInWords(
  version: string,
  agents: readonly { readonly name: string; readonly version?: string }[],
): string {
  const others = agents.flatMap((agent) => (agent.version === undefined ? [] : [`${agent.name} ${agent.version}`]));
  return others.length === 0 ? version : `${version}, of it ${others.join(', ')}`;
}
