/** What of a release an agent uses: entries of its tree, and what is prepared from them. */
import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { AgentSpec } from '../domain/agent.js';
import { type DataPath, isWithin, type PrepareSpec } from '../domain/prepare.js';
import type { ManifestEntry } from '../domain/release.js';

type User = Pick<AgentSpec, 'files' | 'command' | 'workingDir'>;

/** Data are no files of the release: what it brings for them is used once, and never compared. */
export function filesOf(
  agent: Pick<AgentSpec, 'files'>,
  entries: readonly ManifestEntry[],
  data: readonly DataPath[] = [],
): readonly ManifestEntry[] {
  const own =
    data.length === 0 ? entries : entries.filter(({ path }) => !data.some((one) => isWithin(path, one.folder)));
  return agent.files.length === 0 ? own : matching(agent.files, own);
}

/** Those that globs name; no glob names none. */
export function matching(globs: readonly string[], entries: readonly ManifestEntry[]): readonly ManifestEntry[] {
  if (globs.length === 0) return [];
  const matches = picomatch([...globs], { dot: true });
  return entries.filter(({ path }) => matches(path));
}

/** Those whose results it uses: its globs match one of them or an input, or its program is in one of them. */
export function stepsOf<S extends PrepareSpec>(
  agent: User,
  steps: readonly S[],
  entries: readonly ManifestEntry[],
): readonly S[] {
  if (agent.files.length === 0) return steps;
  const matches = picomatch([...agent.files], { dot: true });
  const program = posix.normalize(posix.join(agent.workingDir, agent.command[0] ?? ''));
  return steps.filter(({ creates, files }) => {
    const isRun = agent.command[0]?.includes('/') === true && creates.some((path) => isWithin(program, path));
    if (isRun || creates.some((path) => matches(path))) return true;
    return matching(files, entries).some(({ path }) => matches(path));
  });
}
