/** What agents keep across releases, and the two digests by which a release is known: the same everywhere, and for a host. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import type { Plan } from '@outrider/shared/domain/rollout.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import type { ReleaseTree } from '../support/release-tree.js';
import { asked, lastEvent, web } from '../support/rollout-kit.js';

const APP = 'kept';
const PORT = 18601;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({
    hosts: ['alpha'],
    coordinator: { settings: { LEVEL: 'of-this-environment' } },
  });
});
afterAll(() => cluster.stop());

/** Counts its starts in a database, and beside that in a file that it saves by writing another one and renaming it. */
const MEMORY = `
import os, sqlite3
from http.server import BaseHTTPRequestHandler, HTTPServer
with sqlite3.connect('data/memory.db') as memory:
    memory.execute('create table if not exists starts (version text)')
    memory.execute('insert into starts values (?)', (os.environ['OUTRIDER_VERSION'],))
    starts = [row[0] for row in memory.execute('select version from starts')]
saved = open('data/saved').read() if os.path.exists('data/saved') else ''
with open('data/saved.tmp', 'w') as file: file.write(saved + os.environ['OUTRIDER_VERSION'] + ' ')
os.replace('data/saved.tmp', 'data/saved')
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        words = [' '.join(starts), open('data/saved').read().strip(), open('seeds/words').read().strip()]
        self.wfile.write('|'.join(words).encode())
    def log_message(self, *words): pass
HTTPServer((os.environ['OUTRIDER_HOST_ADDRESS'], ${PORT}), Answer).serve_forever()
`;

const release = (words: string, more: object = {}): ReleaseTree => ({
  app: APP,
  agents: {
    memory: {
      ...{ command: ['python3', '-u', 'memory.py'], healthcheck: asked(PORT), stop_grace_period: '2s' },
      ...{ data: ['data/memory.db', 'data/saved', 'seeds/'], environment: { WORDS: words } },
      ...more,
    },
    reads: web(PORT + 1, 1, { files: ['memory.py'], data: ['data/memory.db'] }),
  },
  files: { 'memory.py': MEMORY, 'seeds/words': words },
});

const says = async (): Promise<string> => (await fetch(`http://${cluster.host('alpha').address}:${PORT}/`)).text();
const plan = async (version: string): Promise<Plan> =>
  (await cluster.cli('rollout', '--version', version, '--app', APP, '--plan', '--json')).json<Plan>();
const kept = (path: string): string => join(cluster.folder, 'alpha', 'data', 'data', APP, path);

it('stays with the host from release to release, and back, and is filled once', async () => {
  await cluster.push('1.0.0', release('first'));
  expect((await plan('1.0.0')).notices ?? []).not.toContainEqual(expect.stringMatching(/is data/));
  const first = await cluster.rollout('1.0.0');
  expect([first.code, lastEvent(first).reason]).toEqual([0, undefined]);
  expect(await says()).toBe('1.0.0|1.0.0|first');
  await cluster.push('2.0.0', release('second'));
  const planned = await plan('2.0.0');
  expect(planned.notices).toContain(
    'Host alpha: seeds is data, and is there already: what the release has for it is not used.',
  );
  // What a release brings for its data replaces nobody.
  expect(Object.fromEntries(planned.hosts[0]?.actions.map(({ agent, why }) => [agent, why]) ?? [])).toEqual({
    memory: 'environment.WORDS changed; agents.yaml changed',
    reads: 'settings and files unchanged',
  });
  expect((await cluster.rollout('2.0.0')).code).toBe(0);
  expect(await says()).toBe('1.0.0 2.0.0|1.0.0 2.0.0|first');
  const told = await cluster.cli('rollout', 'status', '--app', APP);
  expect(told.stdout).toMatch(/~ +memory +environment\.WORDS changed; agents\.yaml changed +on alpha/);
  expect((await cluster.cli('rollback', '--app', APP, '--yes')).code).toBe(0);
  await eventually(async () => expect(await says()).toBe('1.0.0 2.0.0 1.0.0|1.0.0 2.0.0 1.0.0|first'));
  expect([existsSync(kept('data/memory.db')), existsSync(kept('seeds/words'))]).toEqual([true, true]);
});

it('that is in the way of the release is refused, by its line where that is known', async () => {
  const wrong = release('x', { data: ['../outside'] });
  const folder = cluster.release({
    ...wrong,
    agents: `app: ${APP}\nagents:\n  a:\n    command: x\n    data: [../outside]\n`,
  });
  const pushed = await cluster.cli('release', 'push', folder, '--version', '3.0.0');
  expect(pushed.code).toBe(2);
  expect(pushed.stderr).toMatch(/agents\.yaml:5: agents\.a\.data\[0\] must be a path inside the release/);
  await cluster.push('3.1.0', release('x', { data: ['memory.py', 'seeds/words'] }));
  const { problems, invalid } = await plan('3.1.0');
  expect(invalid).toBe(true);
  expect(problems.join()).toMatch(/^agents\.memory\.data\[0\] has "memory\.py", a file at the root of the release/);
});

it('both digests are told wherever a release is, and no secret is in what they are made of', async () => {
  const secret = `value-${process.pid}-of-the-secret`;
  const secrets = join(cluster.folder, 'alpha', 'data', 'secrets');
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  writeFileSync(join(secrets, 'API_KEY'), secret, { mode: 0o600 });
  const more = { secrets: ['API_KEY'], environment: { LEVEL: '${LEVEL}' } };
  const folder = cluster.release(release('first', more));
  const { digest } = (await cluster.cli('release', 'push', folder, '--version', '4.0.0', '--json')).json<{
    digest: string;
  }>();
  const [host] = (await plan('4.0.0')).hosts;
  const { specDigest = '' } = host?.release ?? {};
  expect(host?.release).toEqual({ version: '4.0.0', digest, specDigest });
  const text = (await cluster.cli('rollout', '--version', '4.0.0', '--app', APP, '--plan')).stdout;
  expect(text).toContain(
    `digest of the release ${digest.slice(0, 12)}, with the settings of this host ${specDigest.slice(0, 12)}`,
  );
  const result = await cluster.rollout('4.0.0');
  expect(result.code).toBe(0);

  const status = (await cluster.cli('status', '--json')).json<{ apps: object[] }>();
  expect(status.apps).toContainEqual(
    expect.objectContaining({ app: APP, version: '4.0.0', digest, spec_digests: { alpha: specDigest } }),
  );
  const hosts = (await cluster.cli('hosts', '--json')).json<{ apps: object[] }[]>();
  expect(hosts[0]?.apps).toEqual([expect.objectContaining({ app: APP, digest, spec_digest: specDigest })]);
  const own = (await cluster.host('alpha').cli('status', '--json')).json<HostStatus>();
  expect(own.apps.map(({ active }) => active)).toEqual([{ version: '4.0.0', digest, specDigest }]);
  expect((await cluster.host('alpha').cli('status')).stdout).toContain(`digest ${digest.slice(0, 12)}`);

  const file = join(cluster.folder, 'evidence.tar.gz');
  const evidence = await cluster.cli('rollout', 'evidence', lastEvent(result).rollout ?? '', '--output', file);
  expect(evidence.code).toBe(0);
  const unpacked = (name: string): string =>
    execFileSync('tar', ['-xzOf', file, '--wildcards', `*${name}`], { encoding: 'utf8' });
  for (const name of ['rollout.json', 'plan.json', 'hosts.json']) {
    expect([name, unpacked(name).includes(digest), unpacked(name).includes(specDigest)]).toEqual([name, true, true]);
  }

  const documents = join(cluster.folder, 'alpha', 'data', 'releases', APP);
  const manifest = readFileSync(join(documents, 'manifests', `${digest}.json`));
  const spec = readFileSync(join(documents, 'specs', `${specDigest}.json`));
  expect([sha256(manifest), sha256(spec)]).toEqual([digest, specDigest]);
  // The release knows nothing of where it runs; what a host is told has settings in it, and no secret.
  const address = cluster.host('alpha').address;
  expect(['alpha', address, 'of-this-environment'].filter((word) => manifest.includes(word))).toEqual([]);
  expect(['alpha', address, 'of-this-environment'].filter((word) => spec.includes(word))).toHaveLength(3);
  const all = readdirSync(join(documents, 'specs')).map((name) => readFileSync(join(documents, 'specs', name), 'utf8'));
  expect([...all, manifest.toString()].join()).not.toContain(secret);
});
