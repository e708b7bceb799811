/** Who users and groups of the settings are on this machine. Reads the databases that the machine itself uses; changes nothing. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Credentials } from '../supervise/ports.js';

/** Directories over the network may not answer. */
const PATIENCE_MS = 2_000;
const FRESH_MS = 60_000;

/**
 * `NAME`, `UID`, `NAME:GROUP` or `UID:GID`, as Compose has it. A sentence's end where there is none: continues
 * `user "x" `.
 */
export function credentialsOf(user: string): Credentials | { readonly problem: string } {
  const [name = '', group] = user.split(':');
  const found = entryOf('passwd', name, 2);
  const isNumber = /^\d+$/.test(name);
  if (found === undefined && !isNumber)
    return { problem: `is no user of this host: create it (useradd --system ${name})` };
  const gid = group === undefined ? found?.[3] : /^\d+$/.test(group) ? group : entryOf('group', group, 2)?.[2];
  if (gid === undefined) {
    return {
      problem:
        group === undefined ? 'has no group: write UID:GID' : `names the group ${group}, which this host does not have`,
    };
  }
  return {
    uid: Number(found?.[2] ?? name),
    gid: Number(gid),
    hasGroups: found !== undefined,
    ...(found === undefined ? {} : { name: found[0] ?? name, home: found[5] ?? '/', shell: found[6] ?? '/bin/sh' }),
  };
}

/** The number of a group, given by its name or as one. @throws OutriderError('invalid') where this machine has none. */
export function groupId(name: string): number {
  const id = /^\d{1,9}$/.test(name) ? name : entryOf('group', name, 2)?.[2];
  if (id === undefined) throw new OutriderError('invalid', `There is no group "${name}" on this machine.`);
  return Number(id);
}

/** The fields of an entry by its name, or by the number in field `number`. */
function entryOf(database: 'passwd' | 'group', key: string, number: number): readonly string[] | undefined {
  const isKey = (fields: readonly string[]): boolean => fields[0] === key || fields[number] === key;
  const local = linesOf(readFileSync(`/etc/${database}`, 'utf8')).find(isKey);
  if (local !== undefined) return local;
  return remote(database, key)?.find(isKey);
}

/** LDAP and its like, through the C library's own program: seldom, since it may take its time. */
function remote(database: string, key: string): readonly (readonly string[])[] | undefined {
  const question = `${database} ${key}`;
  const known = answers.get(question);
  if (known !== undefined && performance.now() - known.at < FRESH_MS) return known.lines;
  const asked = spawnSync('getent', [database, key], { encoding: 'utf8', timeout: PATIENCE_MS });
  // No answer in time says nothing; what was known goes on being so.
  const lines = asked.status === 0 ? linesOf(asked.stdout) : asked.status === 2 ? undefined : known?.lines;
  answers.set(question, { at: performance.now(), lines });
  return lines;
}

/** One for each user and group that releases name. */
const answers = new Map<string, { readonly at: number; readonly lines: readonly (readonly string[])[] | undefined }>();

const linesOf = (text: string): (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
