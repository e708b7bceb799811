/** Looks up programs, and says why one can't be started where the system only says that it can't. Starts nothing. */
import { accessSync, closeSync, constants, existsSync, openSync, readSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { isFile } from '@outrider/shared/runtime/special-file.js';

/** As execvp has it where PATH is not set. */
const DEFAULT_PATH = '/bin:/usr/bin';
const LONGEST_FIRST_LINE = 256;

/** Where a program of this name is; undefined where it is in no folder of `path`, or can't be executed. */
export const findProgram = (program: string, path: string | undefined, cwd: string): string | undefined =>
  placesOf(program, path, cwd).find((place) => isFile(place) && isExecutable(place));

/** Continues `Cannot start PROGRAM: `; undefined where nothing speaks against it. */
export function problemOfProgram(program: string, path: string | undefined, cwd: string): string | undefined {
  const there = placesOf(program, path, cwd).filter(isFile);
  const [first] = there;
  if (first === undefined) return program.includes('/') ? 'there is no such file.' : 'it is in no folder of PATH.';
  const executable = there.find(isExecutable);
  if (executable === undefined) return `${first} is not executable: chmod +x it, or name its interpreter first.`;
  const interpreter = interpreterOf(executable);
  if (interpreter === undefined || existsSync(interpreter)) return undefined;
  return `its first line names ${interpreter}, which is not there.`;
}

const placesOf = (program: string, path: string | undefined, cwd: string): readonly string[] =>
  program.includes('/')
    ? [resolve(cwd, program)]
    : (path ?? DEFAULT_PATH)
        .split(delimiter)
        .map((folder) => join(isAbsolute(folder) ? folder : join(cwd, folder), program));

/** By this process; false as well where it is not there. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What `#!` names; undefined where there is none. */
function interpreterOf(file: string): string | undefined {
  const line = Buffer.alloc(LONGEST_FIRST_LINE);
  try {
    const fd = openSync(file, 'r');
    try {
      readSync(fd, line, 0, line.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined; // readable for its owner alone
  }
  return /^#!\s*(\S+)/.exec(line.toString('latin1'))?.[1];
}
