/**
 * Whether the files of a tree may be names of the stored ones. They may not where anything that could change them runs in
 * it: it would change the copy that a way back is made of.
 */
import { readFileSync } from 'node:fs';
import type { AgentRelease, HostAgent } from '@outrider/shared/domain/agent.js';
import { releaseOf } from '@outrider/shared/domain/agent-release.js';
import type { HostSpec, ManifestEntry } from '@outrider/shared/domain/release.js';
import { AGENTS_FILE } from '@outrider/shared/release/manifest.js';

/** By default they run as the sidecar's own user, or as root. Also in flow style, and in quotes. */
const OWN_PROGRAMS = /(?:^|[\s{,"'])hooks["']?\s*:/m;

/** `couldWrite`: whether the agent may change what belongs to the sidecar's user. False where no agent is known. */
export function agentsLeave(
  spec: HostSpec,
  { digest }: AgentRelease,
  couldWrite: (agent: HostAgent) => boolean,
): boolean {
  const agents = spec.agents.filter((agent) => releaseOf(spec, agent).digest === digest);
  return agents.length > 0 && !agents.some(couldWrite);
}

/** What its agents.yaml says, which is stored already. False where that can't be told. */
export function programsLeave(entries: readonly ManifestEntry[], blob: (sha256: string) => string): boolean {
  const entry = entries.find(({ path }) => path === AGENTS_FILE);
  if (entry?.kind !== 'file') return false;
  try {
    return !OWN_PROGRAMS.test(readFileSync(blob(entry.sha256), 'utf8'));
  } catch {
    return false;
  }
}
