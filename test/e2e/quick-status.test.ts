/** `coordinator status` without the whole program: the same words, and whatever is not plain is left to that. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type CliResult, startCli } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { BINS, cleanEnvironment } from '../support/cluster-layout.js';
import { tree } from '../support/rollout-kit.js';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'] });
  await cluster.push('1.0.0', tree('crew', { vision: { command: ['sleep', '1000'], stop_grace_period: '1s' } }));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterAll(() => cluster.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(cluster.lastWords())));

/** Says on standard error which parts of the bundle are loaded by `import`: the quick way loads none. */
const TELLS = `import fs from 'node:fs'; export const load = (url, context, next) => {
  fs.writeSync(2, 'loaded ' + url + '\\n'); return next(url, context); };`;
const HOOK = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(TELLS)}`)});`;

interface Status extends CliResult {
  readonly isQuick: boolean;
}

/** As on the machine of the coordinator: found by its note. */
async function status(words: readonly string[] = [], more: Record<string, string> = {}): Promise<Status> {
  const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(HOOK)}`;
  const env = { ...cleanEnvironment(cluster.layout), NODE_OPTIONS, ...more };
  const result = await startCli(BINS.coordinator, ['status', ...words], { env }).result;
  return { ...result, isQuick: !result.stderr.includes('dist/bundle/cli.js') };
}

it('says what the whole program says, in text and in JSON', async () => {
  for (const words of [[], ['--json']]) {
    const whole = await status([...words, '--timeout', '30s']);
    const quick = await status(words);
    expect([whole.isQuick, quick.isQuick]).toEqual([false, true]);
    expect([quick.code, quick.stdout]).toEqual([whole.code, whole.stdout]);
    expect(quick.stdout).toContain('crew');
  }
});

it('leaves to the whole program what it has to keep of the hosts, and what it was told of another coordinator', async () => {
  const kept = join(cluster.folder, 'state/outrider/hosts/local.json');
  const saved = readFileSync(kept, 'utf8');
  for (const change of [
    () => rmSync(kept),
    () => writeFileSync(kept, saved.replace('beta', 'gamma'), { mode: 0o600 }),
    () =>
      writeFileSync(kept, saved.replace(/"saved_at": "[^"]+"/, '"saved_at": "2020-01-01T00:00:00.000Z"'), {
        mode: 0o600,
      }),
  ]) {
    change();
    expect((await status()).isQuick).toBe(false);
    expect((JSON.parse(readFileSync(kept, 'utf8')) as { hosts: object[] }).hosts).toMatchObject([
      { name: 'alpha' },
      { name: 'beta' },
    ]);
    expect((await status()).isQuick).toBe(true);
  }
  const other = await status(['--json'], { OUTRIDER_ENDPOINT: '127.0.0.1:1' });
  expect([other.isQuick, other.code]).toEqual([false, 5]);
  expect(JSON.parse(other.stdout)).toEqual({
    error: expect.stringMatching(/^Cannot reach 127\.0\.0\.1:1: /) as string,
  });
});
