import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from './logger.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'outrider-log-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('writes one JSON object a line, with the words of its child, and no token', () => {
  const file = join(folder, 'logs', 'a.log');
  const log = createLogger({ name: 'sidecar', level: 'info', file, fields: { host: 'pc2' } });
  log.debug('not this');
  log.child({ rollout: 'r42' }).info({ token: 'secret-token' }, 'switched');
  log.error({ err: new Error('boom') }, 'failed');
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({
      level: 'info',
      name: 'sidecar',
      host: 'pc2',
      rollout: 'r42',
      msg: 'switched',
      token: '[Redacted]',
    }),
    expect.objectContaining({
      level: 'error',
      msg: 'failed',
      err: expect.objectContaining({ message: 'boom' }) as object,
    }),
  ]);
});
