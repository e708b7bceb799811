/** Names of what runs here, for completion in the shell. Rejects where no sidecar answers soon: nobody waits. */
import type { ValueKind } from '@outrider/shared/cli/complete.js';
import { withSidecar } from './with-sidecar.js';

const LIMIT = { timeoutMs: 1_500 };

/** `words`: as they stand in the shell; a `--socket` among them is asked. */
export async function completionValues(kind: ValueKind, words: readonly string[]): Promise<readonly string[]> {
  if (kind !== 'agents' && kind !== 'apps') return [];
  const at = words.indexOf('--socket');
  const socket = at === -1 ? undefined : words[at + 1];
  const status = await withSidecar({ json: false, socket, ...LIMIT }, (sidecar) => sidecar.status(LIMIT));
  const names =
    kind === 'apps'
      ? status.apps.map(({ app }) => app)
      : [...status.apps.flatMap(({ agents }) => agents.map(({ name }) => name)), ...status.instances.map(agentOf)];
  return [...new Set(names)];
}

const agentOf = ({ agent }: { readonly agent: string }): string => agent;
