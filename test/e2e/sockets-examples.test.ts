/** The servers of examples/sockets: swapped under load without a failed request, and waited for while they are down. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { Load } from '../support/load.js';

const SOURCE = fileURLToPath(new URL('../../examples/sockets', import.meta.url));
const SLOW = 180_000;

/** Agent, port, program, and whether this machine has what it needs. */
const hasUvicorn = spawnSync('/usr/bin/python3', ['-c', 'import uvicorn']).status === 0;
const hasGunicorn = existsSync('/usr/bin/gunicorn');
const EXAMPLES: readonly (readonly [name: string, port: number, file: string, here: boolean])[] = [
  ['node-http', 8111, 'node-http.mjs', true],
  ['python-http', 8112, 'python-http.py', true],
  ['python-asyncio', 8113, 'python-asyncio.py', true],
  ['uvicorn', 8114, 'uvicorn-fd.py', hasUvicorn],
  ['gunicorn', 8115, 'gunicorn_app.py', hasGunicorn],
];
const here = EXAMPLES.filter(([, , , has]) => has);
const missing = EXAMPLES.filter(([, , , has]) => !has).map(([name]) => name);
if (missing.length > 0) {
  console.log(`test/e2e/sockets-examples.test.ts: ${missing.join(' and ')} not tried, because this machine has none.`);
}

let cluster: Cluster;
let address = '';
const loads = new Map<string, Load>();

/** The example as it is, with a new line in each program, so that all are replaced. */
async function release(version: string): Promise<void> {
  const folder = join(cluster.folder, 'examples', version);
  cpSync(SOURCE, folder, { recursive: true });
  const document = parseDocument(readFileSync(join(folder, 'agents.yaml'), 'utf8'), { merge: true });
  for (const name of missing) document.deleteIn(['agents', name]);
  writeFileSync(join(folder, 'agents.yaml'), document.toString());
  for (const [, , file] of here) {
    appendFileSync(join(folder, file), file.endsWith('.mjs') ? `// ${version}\n` : `# ${version}\n`);
  }
  const pushed = await cluster.cli('release', 'push', folder, '--version', version);
  expect([pushed.code, pushed.stderr]).toEqual([0, '']);
  const { code, stderr } = await cluster.cli('rollout', '--app', 'sockets', '--version', version, '--bake', '0s');
  expect([code, stderr]).toEqual([0, expect.anything()]);
}

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha'] });
  address = cluster.host('alpha').address;
  await release('1.0.0');
}, SLOW);
afterAll(() => cluster.stop());

describe.each([
  ['anew for each request', false, '1.0.0', '2.0.0'],
  ['kept for as long as the server keeps it', true, '2.0.0', '3.0.0'],
])('swapped while callers have a connection %s', (_, keepAlive, before, after) => {
  beforeAll(async () => {
    for (const [name, port] of here) loads.set(name, new Load({ host: address, port, keepAlive, callers: 3 }));
    await Promise.all([...loads.values()].map((load) => load.more(30)));
    await release(after);
    await eventually(() => [...loads.values()].every((load) => load.of(after).length > 30), 60_000);
    await Promise.all([...loads.values()].map((load) => load.end()));
  }, SLOW);

  it.each(here)('%s loses none', (name) => {
    const load = loads.get(name)!;
    expect(load.failed).toEqual([]);
    expect(load.of(before).length).toBeGreaterThan(20);
    expect(load.of(after).length).toBeGreaterThan(20);
    expect(load.answers.every(({ text }) => [`${name} ${before}\n`, `${name} ${after}\n`].includes(text))).toBe(true);
  });
});

describe('killed with -9', () => {
  const connected = (port: number): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const caller = connect(port, address);
      caller.once('connect', () => resolve(caller)).once('error', reject);
    });
  const answer = (caller: Socket): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = '';
      caller.on('data', (chunk) => (text += chunk.toString()));
      caller.once('end', () => resolve(text)).once('error', reject);
      caller.write('GET / HTTP/1.1\r\nhost: example\r\nconnection: close\r\n\r\n');
    });

  it.each(here)('%s: callers wait until it is back', async (name, port) => {
    const { daemon } = cluster.host('alpha');
    const of = () => cluster.agents('alpha', name).map(({ pid }) => pid);
    // Without its sidecar nobody starts it again: it is down, and callers come.
    daemon.signal('SIGSTOP');
    try {
      for (const pid of of()) process.kill(pid, 'SIGKILL');
      await eventually(() => of().length === 0);
      const callers = await Promise.all([1, 2, 3, 4, 5].map(() => connected(port)));
      const answers = callers.map(answer);
      daemon.signal('SIGCONT');
      for (const text of await Promise.all(answers)) {
        expect(text).toMatch(/^HTTP\/1\.[01] 200 /);
        expect(text).toContain(`${name} 3.0.0\n`);
      }
    } finally {
      daemon.signal('SIGCONT');
    }
  });
});
