/**
 * Owns data_dir/state/host.json: what must outlive a reboot. A file that can't be read is never guessed at,
 * moved or overwritten: only a person can say what this host should run then.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { writeDurably } from '@outrider/shared/runtime/durable-file.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { reasonOf } from '@outrider/shared/runtime/system-error.js';
import type { DurableStore } from '../supervise/ports.js';
import { misshapen } from './state-shape.js';

/** Raised when an older sidecar could not understand the file any more. */
const FORMAT = 1;

/**
 * `load` returns undefined where there is no file yet. Throws `OutriderError('invalid')` where the file is
 * damaged or of a newer sidecar; `write` throws `OutriderError('unavailable')` where the disk refuses.
 */
export function createDurableStore(dataDir: string): DurableStore {
  const path = join(dataDir, 'state', 'host.json');
  return {
    load: () => {
      removeLeftOvers(path);
      const text = read(path);
      return text === undefined ? undefined : parse(path, text);
    },
    write: (state) => {
      const body = canonicalJson(state);
      const text = `{"format":${FORMAT},"sha256":"${sha256(body)}","state":${body}}\n`;
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        writeDurably(path, text);
      } catch (error) {
        throw new OutriderError('unavailable', `Cannot write ${path}: ${reasonOf(error)} Nothing was changed.`, {
          cause: error,
        });
      }
    },
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(path, messageOf(error), error);
  }
}

function parse(path: string, text: string): unknown {
  let document: { readonly format?: unknown; readonly sha256?: unknown; readonly state?: unknown } | null;
  try {
    document = JSON.parse(text) as typeof document;
  } catch (error) {
    throw unreadable(path, 'it is not whole', error);
  }
  if (typeof document !== 'object' || document === null || typeof document.format !== 'number') {
    throw unreadable(path, 'it is no state of a sidecar');
  }
  if (document.format > FORMAT) {
    throw unreadable(path, `a newer sidecar wrote it (format ${document.format}; this one reads up to ${FORMAT})`);
  }
  if (sha256(canonicalJson(document.state)) !== document.sha256) {
    throw unreadable(path, 'its content does not match its checksum');
  }
  const wrong = misshapen(document.state);
  if (wrong !== undefined) throw unreadable(path, `${wrong} in it is not what a sidecar writes there`);
  return document.state;
}

const unreadable = (path: string, why: string, cause?: unknown): OutriderError =>
  new OutriderError(
    'invalid',
    `Cannot read ${path}: ${why}. The file is kept and nothing is guessed: the agents that run are looked after, and ` +
      'nothing else is started. Put a copy of the file back, or move it away and have the next rollout bring a ' +
      'release; then restart the sidecar.',
    { cause },
  );

/** Of a write that a crash cut short. */
function removeLeftOvers(path: string): void {
  const folder = dirname(path);
  try {
    for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name), { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(path, messageOf(error), error);
  }
}
