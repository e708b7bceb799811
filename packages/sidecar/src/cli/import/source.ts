/** The file to import, read once and refused where it cannot be what it should; and the files beside it. Writes nothing. */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import picomatch from 'picomatch';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { isFile, statOfFile } from '@outrider/shared/runtime/special-file.js';
import { ReleaseFolder } from './release-folder.js';

const MOST_BYTES = 1024 * 1024;
const MOST_FILES = 1000;

/** What readers see of the world; all of it is fixed when they are called. */
export interface Source {
  /** As the person named it. */
  readonly file: string;
  readonly text: string;
  /** Absolute; the root of the release to be. */
  readonly folder: string;
  readonly release: ReleaseFolder;
  /** Processors of this machine. */
  readonly cores: number;
  /** Text of a file, relative to `folder` or absolute; undefined: there is none that can be read. */
  readonly read: (path: string) => string | undefined;
  /** Files that match, in order. */
  readonly find: (pattern: string) => readonly string[];
}

/** @throws OutriderError('invalid') in one sentence. */
export function openSource(file: string): Source {
  const text = readText(file);
  const folder = dirname(resolve(file));
  const real = dirname(realpathSync(file));
  return {
    ...{ file, text, folder },
    release: new ReleaseFolder([...new Set([folder, real])]),
    cores: availableParallelism(),
    read: (path) => {
      try {
        return readText(resolve(folder, path));
      } catch {
        return undefined;
      }
    },
    find: (pattern) => filesLike(resolve(folder, pattern)),
  };
}

export const invalid = (file: string, sentence: string, line?: number): OutriderError =>
  new OutriderError('invalid', `${file}${line === undefined ? '' : `:${line}`}: ${sentence}`);

function readText(file: string): string {
  let bytes: Buffer;
  try {
    const stat = statOfFile(file);
    if (stat === undefined) throw invalid(file, 'There is no such file.');
    if (stat.isDirectory()) throw invalid(file, 'This is a folder; name a file in it.');
    if (!stat.isFile()) throw invalid(file, 'This is no regular file.');
    if (stat.size > MOST_BYTES) throw invalid(file, 'The file is larger than 1 MiB.');
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof OutriderError) throw error;
    throw invalid(file, `It cannot be read: ${messageOf(error)}.`);
  }
  const text = decoded(bytes);
  if (text === undefined) throw invalid(file, 'This is no text.');
  if (text.trim() === '') throw invalid(file, 'The file is empty.');
  return text;
}

function decoded(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n');
  } catch {
    return undefined;
  }
}

/** A pattern of an absolute path, level by level. */
function filesLike(pattern: string): readonly string[] {
  let found: readonly string[] = ['/'];
  for (const level of pattern.split('/').filter((part) => part !== '')) {
    const matches = picomatch(level);
    found = found
      .flatMap((folder) =>
        (/[*?[{]/.test(level) ? entriesOf(folder).filter((name) => matches(name)) : [level]).map((name) =>
          join(folder, name),
        ),
      )
      .slice(0, MOST_FILES);
  }
  return found.filter((path) => isAbsolute(path) && isFile(path)).sort();
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export const fileName = (source: Source): string => basename(source.file);
