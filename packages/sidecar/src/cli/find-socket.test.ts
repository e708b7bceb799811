import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishSocket } from '@outrider/shared/runtime/control-notes.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findSocket } from './find-socket.js';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'outrider-fs-')), 'endpoints');
  vi.stubEnv('OUTRIDER_RENDEZVOUS', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(join(folder, '..'), { recursive: true });
});

test('is that of the one that runs; where there are several, their paths and hosts are named', async () => {
  const gone = publishSocket({ host: 'main-pc', socket: '/srv/a/sidecar.sock' });
  expect(await findSocket({})).toBe('/srv/a/sidecar.sock');
  publishSocket({ host: 'pc2', socket: '/srv/b/sidecar.sock' });
  await expect(findSocket({})).rejects.toThrow(
    'Several sidecars run here: /srv/a/sidecar.sock (main-pc), /srv/b/sidecar.sock (pc2). Choose one with --socket.',
  );
  gone();
  expect(await findSocket({})).toBe('/srv/b/sidecar.sock');
});

test('a note of one that is dead, or that is none, does not count', async () => {
  const gone = publishSocket({ host: 'main-pc', socket: '/srv/a/sidecar.sock' });
  writeFileSync(join(folder, 'control-dead.json'), JSON.stringify({ host: 'x', socket: '/x', pid: 2 ** 22 + 1 }));
  writeFileSync(join(folder, 'control-torn.json'), '{"host":');
  expect(await findSocket({})).toBe('/srv/a/sidecar.sock');
  gone();
});

test('among several, that of the default run_dir is the machine’s own', async () => {
  publishSocket({ host: 'main-pc', socket: '/srv/a/sidecar.sock' });
  publishSocket({ host: 'pc2', socket: '/run/outrider/sidecar.sock' });
  expect(await findSocket({})).toBe('/run/outrider/sidecar.sock');
});

test('is where the environment has it, whoever runs', async () => {
  expect(await findSocket({ OUTRIDER_SIDECAR__RUN_DIR: '/srv/run' })).toBe('/srv/run/sidecar.sock');
});
