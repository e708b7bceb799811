/** Names that only a coordinator knows, for completion in the shell. Rejects where none answers soon: nobody waits. */
import type { ValueKind } from '@outrider/shared/cli/complete.js';
import { RESERVED_VERSIONS } from '@outrider/shared/domain/name.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { withCoordinator } from './connection.js';
import { endpointsOption, listOption } from './globals.js';

const WITHIN_MS = 1_500;
const LIMIT = { timeoutMs: WITHIN_MS };

/** `words`: as they stand in the shell; an `--endpoint` among them is asked. */
export async function completionValues(kind: ValueKind, words: readonly string[]): Promise<readonly string[]> {
  const said = words.map((word, index) => wordAfter('--endpoint', word, words[index + 1])).find((one) => one !== '');
  const endpoint = said ?? process.env['OUTRIDER_ENDPOINT'] ?? '';
  const endpoints = endpoint === '' ? [] : listOption(endpointsOption(endpoint));
  const globals = { json: false, environment: undefined, endpoints, timeoutMs: WITHIN_MS };
  const asked = withCoordinator(globals, (remote) => VALUES[kind](remote));
  return [...new Set(await Promise.race([asked, tooLate()]))];
}

const wordAfter = (flag: string, word: string, next = ''): string => {
  if (word === flag) return next;
  return word.startsWith(`${flag}=`) ? word.slice(flag.length + 1) : '';
};

function tooLate(): Promise<never> {
  return new Promise((_, reject) => {
    const late = new OutriderError('timeout', 'No coordinator has answered in time.');
    setTimeout(() => reject(late), WITHIN_MS).unref();
  });
}

const VALUES: Readonly<Record<ValueKind, (remote: CoordinatorRemote) => Promise<readonly string[]>>> = {
  hosts: async (remote) => (await remote.Hosts({}, LIMIT)).hosts.map(({ name }) => name),
  agents: async (remote) => (await remote.Agents({}, LIMIT)).instances.map(({ agent }) => agent),
  apps: async (remote) => (await remote.Status({}, LIMIT)).apps.map(({ app }) => app),
  versions: async (remote) => {
    const { releases } = await remote.ListReleases({}, LIMIT);
    // The newest is wanted most.
    return [...releases.flatMap(({ version, tags }) => [version, ...tags]).reverse(), ...RESERVED_VERSIONS];
  },
  rollouts: async (remote) => (await remote.ListRollouts({ limit: 20 }, LIMIT)).rollouts.map(({ id }) => id),
};
