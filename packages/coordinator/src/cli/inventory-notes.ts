/**
 * What is kept of each environment for the hour in which no coordinator answers: where, and whether it is fresh. Loads
 * nothing but Node's files and paths.
 */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface InventoryHost {
  readonly name: string;
  /** `HOST:PORT` of its gRPC. */
  readonly endpoint: string;
}

export interface SavedInventory {
  readonly environment: string;
  readonly coordinator: string;
  /** RFC 3339. */
  readonly saved_at: string;
  readonly token_file: string;
  readonly hosts: readonly InventoryHost[];
}

/** What is so young needs not be written again where it says the same. */
const FRESH_MS = 3_600_000;
const OTHERS_WRITE = 0o022;

export function inventoryFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const state = env['XDG_STATE_HOME'] ?? '';
  return join(state.startsWith('/') ? state : join(homedir(), '.local', 'state'), 'outrider', 'hosts');
}

export const inventoryFile = (folder: string, environment: string): string => join(folder, `${environment}.json`);

/** What is kept, where it is young and nobody else can have written it; undefined otherwise. */
export function freshInventory(folder: string, environment: string): Partial<SavedInventory> | undefined {
  try {
    const file = inventoryFile(folder, environment);
    const { mode, uid } = statSync(file);
    if ((mode & OTHERS_WRITE) !== 0 || uid !== process.getuid?.()) return undefined;
    const saved = JSON.parse(readFileSync(file, 'utf8')) as Partial<SavedInventory>;
    const age = Date.now() - Date.parse(saved.saved_at ?? '');
    return age >= 0 && age < FRESH_MS ? saved : undefined;
  } catch {
    return undefined;
  }
}

/** Whether what the coordinator at `endpoint` says of its hosts is what is kept. `hosts`: name to `HOST:PORT`. */
export function isRemembered(
  folder: string,
  environment: string,
  endpoint: string,
  hosts: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(hosts);
  if (names.length === 0) return true;
  const saved = freshInventory(folder, environment);
  if (saved?.coordinator !== endpoint || saved.hosts?.length !== names.length) return false;
  return saved.hosts.every((host) => hosts[host.name] === host.endpoint);
}
