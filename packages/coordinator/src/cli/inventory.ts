/**
 * The hosts of an environment as the coordinator named them at the last call that it answered: for the hour in which no
 * coordinator answers. Kept by each user for himself (0600). Holds no token, only the path of its file.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import {
  freshInventory,
  inventoryFile,
  inventoryFolder,
  type InventoryHost,
  type SavedInventory,
} from './inventory-notes.js';

export interface Inventory {
  /** Undefined: not known, so it is not checked. */
  readonly environment?: string;
  readonly hosts: readonly InventoryHost[];
  /** Of the token that opens the sidecars. */
  readonly tokenFile?: string;
  /** For people: from where and when. */
  readonly origin: string;
}

const ASK_MS = 2_000;

/** Never fails: what it is for is not what the command was given for. */
export async function rememberInventory(remote: CoordinatorRemote, folder = inventoryFolder()): Promise<void> {
  try {
    const { environment, tokenFile, hosts } = await remote.Hosts({}, { timeoutMs: ASK_MS });
    if (environment === '' || hosts.length === 0) return;
    const said = {
      ...{ environment, coordinator: remote.endpoint, token_file: tokenFile },
      hosts: hosts.map(({ name, endpoint }) => ({ name, endpoint })),
    };
    if (isSaved(said, freshInventory(folder, environment))) return;
    const saved: SavedInventory = { ...said, saved_at: rfc3339(Date.now()) };
    writeAtomically(inventoryFile(folder, environment), `${JSON.stringify(saved, null, 2)}\n`, 0o600);
  } catch {
    // The one of before is still there.
  }
}

/** The same again costs a write for nothing, in every command. */
const isSaved = (said: Omit<SavedInventory, 'saved_at'>, saved: Partial<SavedInventory> | undefined): boolean =>
  saved !== undefined && isDeepStrictEqual({ ...said, saved_at: saved.saved_at }, saved);

/** @throws OutriderError('invalid') where there is none, or several to choose from. */
export function readInventory(environment: string | undefined, folder = inventoryFolder()): Inventory {
  const known = environmentsIn(folder);
  const chosen = environment ?? (known.length === 1 ? known[0] : undefined);
  if (chosen === undefined && known.length > 0) {
    throw new OutriderError('invalid', `Hosts of ${known.join(', ')} are known here. Choose with --environment.`);
  }
  if (chosen === undefined || !known.includes(chosen)) {
    const which = chosen === undefined ? '' : ` of ${chosen}`;
    throw new OutriderError(
      'invalid',
      `No hosts${which} are known here: no coordinator has answered this user yet. ` +
        'Name a file with "NAME: HOST:PORT" lines in --hosts-file.',
    );
  }
  const saved = readSaved(inventoryFile(folder, chosen));
  return {
    environment: saved.environment,
    hosts: saved.hosts,
    tokenFile: saved.token_file,
    origin: `${saved.environment}, as ${saved.coordinator} said at ${saved.saved_at}`,
  };
}

function environmentsIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.map((name) => name.slice(0, -'.json'.length)).sort();
  } catch {
    return [];
  }
}

/** What others may write could send the token anywhere. */
function readSaved(path: string): SavedInventory {
  try {
    const { mode, uid } = statSync(path);
    if ((mode & 0o022) !== 0 || uid !== process.getuid?.()) throw new Error('others may write it');
    const saved = JSON.parse(readFileSync(path, 'utf8')) as Partial<SavedInventory>;
    const isWhole =
      Array.isArray(saved.hosts) &&
      saved.hosts.every(isHost) &&
      saved.environment !== undefined &&
      saved.token_file !== undefined;
    if (!isWhole) throw new Error('it is not whole');
    return saved as SavedInventory;
  } catch (error) {
    const why = `The hosts kept in ${path} can't be used: ${messageOf(error)}. Name them in --hosts-file.`;
    throw new OutriderError('invalid', why, { cause: error });
  }
}

const isHost = ({ name, endpoint }: Partial<InventoryHost>): boolean =>
  typeof name === 'string' && typeof endpoint === 'string';
