/** The private Redis of a fleet on this machine: on loopback, with a password, in a folder of its own. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { ensureToken } from '@outrider/shared/runtime/token.js';
import type { Layout } from './layout.js';

/** Writes its settings; returns the command that starts it. */
export function prepareRedis(layout: Layout, port: number): readonly [string, ...string[]] {
  mkdirSync(layout.redis, { recursive: true, mode: 0o700 });
  const file = join(layout.redis, 'redis.conf');
  const settings = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${ensureToken(layout.redisPassword)}`,
    `dir "${layout.redis.replaceAll('"', '\\"')}"`,
    'save ""',
    'appendonly yes',
    'daemonize no',
    'logfile ""',
  ];
  writeAtomically(file, `${settings.join('\n')}\n`, 0o600);
  return [findRedis(), file];
}

function findRedis(): string {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find(isProgram);
  if (found !== undefined) return found;
  throw new OutriderError(
    'invalid',
    'There is no redis-server on the PATH. Install it (Debian, Ubuntu: apt-get install redis-server) and try again.',
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
