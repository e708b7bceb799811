/**
 * Owns run_dir/instances: one small file for each record, whole or absent. Whatever can't be read is put aside
 * and reported, and is never taken for a record.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { reasonOf } from '@outrider/shared/runtime/system-error.js';
import type { RecordStore } from '../supervise/ports.js';

const SUFFIX = '.json';
const LONGEST_NAME = 255;
/** Of the name of the temporary file, beside its key. */
const TEMPORARY_CHARACTERS = 20;

export interface RecordStoreOptions {
  readonly runDir: string;
  /** Epoch milliseconds; for the names of what is put aside. */
  readonly now: () => number;
  /** Told, in a sentence, of each record that could not be read. */
  readonly onUnreadable: (sentence: string) => void;
}

export function createRecordStore({ runDir, now, onUnreadable }: RecordStoreOptions): RecordStore {
  const folder = join(runDir, 'instances');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fileOf = (key: string): string => join(folder, nameOf(key));
  const putAside = (name: string, why: string): void => {
    const path = join(folder, name);
    const aside = `${path}.unreadable-${rfc3339(now())}`;
    renameSync(path, aside);
    onUnreadable(`${path} could not be read (${why}); it was kept as ${aside}.`);
  };
  const loadOne = (name: string): { readonly key: string; readonly record: unknown } | undefined => {
    try {
      const key = decodeURIComponent(name.slice(0, -SUFFIX.length));
      return { key, record: JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown };
    } catch (error) {
      putAside(name, messageOf(error));
      return undefined;
    }
  };
  return {
    load: () => {
      const entries = readdirSync(folder, { withFileTypes: true });
      const names = entries.map(({ name }) => name).sort();
      for (const entry of entries) {
        // Of a write that a crash cut short; a folder is somebody else's.
        if (entry.name.endsWith('.tmp') && !entry.isDirectory()) rmSync(join(folder, entry.name), { force: true });
      }
      return names.filter((name) => name.endsWith(SUFFIX)).flatMap((name) => loadOne(name) ?? []);
    },
    write: (key, record) => {
      const path = fileOf(key);
      try {
        writeAtomically(path, JSON.stringify(record));
      } catch (error) {
        throw new OutriderError('unavailable', `Cannot write ${path}: ${reasonOf(error)}`, { cause: error });
      }
    },
    remove: (key) => rmSync(fileOf(key), { force: true }),
  };
}

/** `APP/AGENT.INDEX` becomes `APP%2FAGENT.INDEX.json`. */
function nameOf(key: string): string {
  const name = `${encodeURIComponent(key)}${SUFFIX}`;
  if (name.length + TEMPORARY_CHARACTERS <= LONGEST_NAME) return name;
  throw new OutriderError(
    'invalid',
    `The record key ${JSON.stringify(key.slice(0, 80))}... is too long for a file name.`,
  );
}
