/** Owns data_dir/hooks: one small file for each run of a hook, fsynced, and the log of what it said beside it. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '@outrider/shared/runtime/durable-file.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { reasonOf } from '@outrider/shared/runtime/system-error.js';
import type { HookRecords, KeptHook } from '../supervise/hooks/ports.js';

export interface HookRecordsOptions {
  readonly dataDir: string;
  readonly logFile: (id: string) => string;
  readonly warn: (sentence: string) => void;
}

const SUFFIX = '.json';
/** A rollout has long ended when so many others have followed it. */
const MOST = 500;

/** `r7/before_switch/pc2` becomes `r7.before_switch.pc2`, also in the name of its log. */
export const fileNameOf = (id: string): string => encodeURIComponent(id.replaceAll('/', '.'));

/** Those beyond the most that are kept. */
function oldest(folder: string, names: readonly string[]): readonly string[] {
  if (names.length <= MOST) return [];
  const age = (name: string): number => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return names
    .map((name) => ({ name, at: age(name) }))
    .sort((a, b) => a.at - b.at)
    .slice(0, names.length - MOST)
    .map(({ name }) => name);
}

export function createHookRecords({ dataDir, logFile, warn }: HookRecordsOptions): HookRecords {
  const folder = join(dataDir, 'hooks');
  const fileOf = (id: string): string => join(folder, `${fileNameOf(id)}${SUFFIX}`);
  const readFile = (path: string): KeptHook | undefined => {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as KeptHook;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      // What can't be read was begun: whoever asks hears that its end is unknown, and nothing is begun anew.
      warn(`${path} can't be read, so that nobody knows what became of this hook: ${messageOf(error)}`);
      throw new OutriderError('invalid', `The record ${path} of this hook can't be read: ${messageOf(error)}`);
    }
  };
  const names = (): readonly string[] => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  };
  return {
    load: () =>
      names().flatMap((name) => {
        try {
          return readFile(join(folder, name)) ?? [];
        } catch {
          return [];
        }
      }),
    read: (id) => readFile(fileOf(id)),
    write: (record) => {
      const path = fileOf(record.ask.id);
      try {
        writeDurably(path, JSON.stringify(record));
      } catch (error) {
        throw new OutriderError('unavailable', `Cannot write ${path}: ${reasonOf(error)}`, { cause: error });
      }
    },
    prune: (kept) => {
      const spared = new Set([...kept].map((id) => `${fileNameOf(id)}${SUFFIX}`));
      try {
        for (const name of oldest(folder, names())) {
          if (spared.has(name)) continue;
          rmSync(join(folder, name), { force: true });
          rmSync(logFile(decodeURIComponent(name.slice(0, -SUFFIX.length))), { force: true });
        }
      } catch (error) {
        warn(`Old records of hooks are left behind in ${folder}: ${messageOf(error)}`);
      }
    },
  };
}
