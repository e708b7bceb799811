/**
 * Secrets of agents: DATA_DIR/secrets/NAME holds the host's, one file each; an incarnation that declares some gets
 * copies of its own in RUN_DIR/secrets. Values are in no record, log, event or argument.
 */
import { chmodSync, lchownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { isFile } from '@outrider/shared/runtime/special-file.js';
import type { Secrets } from '../supervise/ports.js';

export interface SecretsOptions {
  readonly dataDir: string;
  readonly runDir: string;
  readonly warn: (sentence: string) => void;
}

export function createSecrets({ dataDir, runDir, warn }: SecretsOptions): Secrets {
  const [source, copies] = [join(dataDir, 'secrets'), join(runDir, 'secrets')];
  const folderOf = (incarnation: string): string => join(copies, incarnation);
  return {
    problemOf: ({ name, secrets = [] }) => {
      const missing = secrets.find((secret) => !isFile(join(source, secret)));
      return (
        missing &&
        `agents.${name}.secrets names ${missing}, of which this host has no value: put it into ${join(source, missing)} (mode 0600).`
      );
    },
    provide: (incarnation, names, owner) => {
      if (names.length === 0) return undefined;
      const folder = folderOf(incarnation);
      mkdirSync(copies, { recursive: true, mode: 0o711 });
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const values = names.map((name) => [name, copy(join(source, name), join(folder, name), owner)] as const);
      // No variable can hold a NUL; such a value is a file alone.
      const variables = Object.fromEntries(values.filter(([, value]) => !value.includes('\0')));
      if (owner !== undefined) lchownSync(folder, owner.uid, owner.gid);
      return { folder, variables };
    },
    remove: (incarnation) => removeFolder(folderOf(incarnation), warn),
    sweep: (incarnations) => {
      for (const name of isFolder(copies) ? readdirSync(copies) : []) {
        if (!incarnations.has(name)) removeFolder(folderOf(name), warn);
      }
    },
  };
}

/** It was the agent's own, who may have done anything with it. */
function removeFolder(folder: string, warn: SecretsOptions['warn']): void {
  try {
    if (!isFolder(folder)) return;
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    warn(`The secrets of an agent that has ended are left behind: ${messageOf(error)}.`);
  }
}

/** Returns the value; one newline at the end is the editor's, not the secret's. */
function copy(from: string, to: string, owner: { readonly uid: number; readonly gid: number } | undefined): string {
  let value: Buffer;
  try {
    value = readFileSync(from);
  } catch (error) {
    throw new OutriderError('invalid', `The secret ${from} can't be read any more.`, { cause: error });
  }
  rmSync(to, { force: true });
  writeFileSync(to, value, { mode: 0o400, flag: 'wx' });
  if (owner !== undefined) lchownSync(to, owner.uid, owner.gid);
  return value.toString('utf8').replace(/\r?\n$/, '');
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
