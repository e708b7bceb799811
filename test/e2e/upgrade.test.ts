/**
 * Another build takes the place of the one that runs, as `git pull` and `npm run setup` do it under a running sidecar;
 * in a folder whose name is no part of a URL.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { OneHost } from '../support/one-host.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SIDECAR = 'packages/sidecar';

let installed: string;
let one: OneHost;

const inPlace = (path: string): string => join(installed, SIDECAR, path);

function install(version: string): void {
  for (const path of ['bin', 'dist/bundle', 'dist/quick-status.cjs']) {
    mkdirSync(dirname(inPlace(path)), { recursive: true });
    cpSync(join(ROOT, SIDECAR, path), inPlace(path), { recursive: true });
  }
  const own = JSON.parse(readFileSync(join(ROOT, SIDECAR, 'package.json'), 'utf8')) as object;
  writeFileSync(inPlace('package.json'), JSON.stringify({ ...own, version }));
}

const worker = (name: string) => ({
  command: ['sh', '-c', `echo ${name} started; exec sleep 1000`],
  healthcheck: { exec: ['true'], for: 'startup', timeout: '60s' },
});

beforeAll(async () => {
  installed = mkdtempSync(join(tmpdir(), 'outrider 100% '));
  for (const shared of ['node_modules', 'proto']) symlinkSync(join(ROOT, shared), join(installed, shared));
  install('1.0.0');
  one = await OneHost.start({ sidecarBin: inPlace('bin/sidecar.js') });
});
afterAll(async () => {
  await one.stop();
  rmSync(installed, { recursive: true });
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(one.cluster.lastWords())));

const version = async (): Promise<string> =>
  (await one.host.remote.Status({}, { timeoutMs: 5_000 })).sidecar?.version ?? '';
const facts = async (agent: string): Promise<unknown> => {
  const { pid, incarnation, restarts, ready } = await one.instance(agent);
  return { pid, incarnation, restarts, ready };
};

test('a sidecar whose files are gone takes a release all the same', async () => {
  rmSync(inPlace('dist'), { recursive: true });
  await one.run('crew', { first: worker('first'), second: worker('second') });
  await one.inState('first', 'ready');
});

test('the next build takes over what runs, with its counters', async () => {
  const { pid } = await one.instance('second');
  process.kill(pid, 'SIGKILL');
  await eventually(async () => expect((await one.instance('second')).restarts).toBe(1));
  await one.inState('second', 'ready');
  const before = [await facts('first'), await facts('second')];
  expect(await version()).toBe('1.0.0');
  install('2.0.0');
  await one.host.daemon.stop();
  expect([one.alive('first'), one.alive('second')].map(({ length }) => length)).toEqual([1, 1]);
  one.host.daemon.start();
  await eventually(async () => expect(await version()).toBe('2.0.0'));
  await eventually(async () => {
    expect([await facts('first'), await facts('second')]).toEqual(before);
  });
  expect(one.told('first').filter((type) => type === 'agent.starting')).toHaveLength(1);
});
