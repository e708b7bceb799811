/** For tests: a folder of logs with what reads and rotates them, and all that is left of a log, put together again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { archivesOf } from '../log-archives.js';
import { createLogReader } from '../log-file.js';
import { LogLedger } from '../log-ledger.js';
import { LogRotation, type LogRotationOptions } from '../log-rotation.js';

export interface Rotating {
  readonly ledger: LogLedger;
  readonly reader: ReturnType<typeof createLogReader>;
  readonly rotation: LogRotation;
  readonly warnings: string[];
}

export const KIB = 1024;

export function rotating(
  folder: string,
  given: Partial<Omit<LogRotationOptions, 'limits'>> & { readonly limits?: Partial<LogRotationOptions['limits']> } = {},
): Rotating {
  const warnings: string[] = [];
  const ledger = new LogLedger({ folder: join(folder, 'run'), now: () => Date.now() });
  const rotation = new LogRotation({
    ...{ folder, ledger, warn: (text) => warnings.push(text), monotonic: () => systemClock.monotonic() },
    ...given,
    limits: { maxBytes: 1024 * KIB, keep: 100, compress: true, ...given.limits },
  });
  return { ledger, rotation, warnings, reader: createLogReader(ledger) };
}

/** Archives, oldest first, and the log; what was freed in place is left out. */
export function wholeLog(path: string): Buffer {
  const archives = [...archivesOf(path)].reverse().map(({ path: archive }) => {
    const content = readFileSync(archive);
    return archive.endsWith('.gz') ? gunzipSync(content) : content;
  });
  const live = readFileSync(path);
  const start = live.findIndex((byte) => byte !== 0);
  return Buffer.concat([...archives, start < 0 ? Buffer.alloc(0) : live.subarray(start)]);
}

/** Names of a folder that nobody shows. */
export const hiddenIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.startsWith('.'));
