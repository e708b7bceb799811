/** What of releases is in the folder of an app, by the names of its files alone. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDigest } from '@outrider/shared/domain/name.js';

const JSON_ENDING = '.json';

/** Digests of the documents in a folder. */
export const digestsIn = (folder: string): readonly string[] =>
  namesIn(folder).flatMap((name) => {
    const digest = name.slice(0, -JSON_ENDING.length);
    return name.endsWith(JSON_ENDING) && isDigest(digest) ? [digest] : [];
  });

export const foldersIn = (folder: string): readonly string[] =>
  namesIn(folder).filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory() === true);

/** None where there is no such folder. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
