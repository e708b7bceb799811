/** What is made of a release's files on its hosts: a Python environment out of a wheel, once, before anything is touched. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '@outrider/shared/domain/rollout.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import type { ReleaseTree } from '../support/release-tree.js';
import { asked, type Event, lastEvent, pids, steps, versions, web } from '../support/rollout-kit.js';

const APP = 'made';
const PORT = 18501;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'] });
});
afterAll(() => cluster.stop());

/** A wheel is an archive: made by Python here, as it would be by whoever builds a release. */
const MAKE_WHEEL = `
import base64, hashlib, sys, zipfile
word = open('word.txt').read().strip()
files = {
  'greeting.py': f'WORD = {word!r}\\n',
  'greeting-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n',
  'greeting-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
}
seal = lambda text: 'sha256=' + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()
record = ''.join(f'{name},{seal(text)},{len(text)}\\n' for name, text in files.items())
files['greeting-1.0.dist-info/RECORD'] = record + 'greeting-1.0.dist-info/RECORD,,\\n'
with zipfile.ZipFile('greeting-1.0-py3-none-any.whl', 'w') as wheel:
  for name, text in files.items(): wheel.writestr(name, text)
`;

/** Not every Python brings pip along; without it a wheel is unpacked, which is all that pip does with this one. */
const HAS_PIP = spawnSync('python3', ['-c', 'import ensurepip']).status === 0;
const INSTALL = HAS_PIP
  ? ['python3 -m venv venv', 'venv/bin/pip --disable-pip-version-check --no-cache-dir install --no-index ./*.whl']
  : ['python3 -m venv --without-pip venv', 'python3 -m zipfile -e ./*.whl venv/lib/python3*/site-packages'];

const SERVE = `
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
import greeting
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f'{greeting.WORD} {sys.prefix} {REV}'.encode())
    def log_message(self, *words): pass
REV = 1
HTTPServer((os.environ['OUTRIDER_HOST_ADDRESS'], ${PORT}), Answer).serve_forever()
`;

const built = (): string => join(cluster.folder, 'built');
const builds = (): number => (existsSync(built()) ? readFileSync(built(), 'utf8').split('\n').length - 1 : 0);

/** \`speaks\` runs in the environment, \`apart\` uses nothing of it. */
const release = (word: string, rev = 1, before = 'true'): ReleaseTree => ({
  app: APP,
  agents: {
    speaks: {
      ...{ command: ['venv/bin/python', '-u', 'speaks.py'], files: ['speaks.py'], healthcheck: asked(PORT) },
      stop_grace_period: '2s',
    },
    apart: web(PORT + 1, 1, { files: ['apart.txt'] }),
  },
  prepare: {
    venv: {
      command: ['sh', '-e', 'build.sh'],
      files: ['build.sh', 'word.txt', 'wheel.py'],
      ...{ creates: 'venv', timeout: '2m' },
    },
  },
  files: {
    'build.sh': [`echo >>${built()}`, before, 'python3 wheel.py', ...INSTALL].join('\n'),
    ...{ 'word.txt': word, 'wheel.py': MAKE_WHEEL, 'speaks.py': SERVE.replace('REV = 1', `REV = ${rev}`) },
    'apart.txt': 'the same in every version',
  },
});

const plan = async (version: string): Promise<Plan> =>
  (await cluster.cli('rollout', '--version', version, '--app', APP, '--plan', '--json')).json<Plan>();
const whys = ({ hosts }: Plan): Record<string, string> =>
  Object.fromEntries((hosts[0]?.actions ?? []).map(({ agent, action, why }) => [agent, `${action}: ${why}`]));
const prepared = ({ hosts }: Plan): readonly unknown[] => hosts.map(({ prepare }) => prepare);
const says = async (host: string): Promise<readonly string[]> => {
  const answer = await fetch(`http://${cluster.host(host).address}:${PORT}/`);
  return (await answer.text()).split(' ');
};

it('is made on each host while the release is staged, and the agents run in it', async () => {
  await cluster.push('1.0.0', release('hello'));
  const planned = await plan('1.0.0');
  const first = [{ name: 'venv', prepared: false }];
  expect([planned.problems, prepared(planned)]).toEqual([[], [first, first]]);
  const result = await cluster.rollout('1.0.0');
  expect([result.code, lastEvent(result).reason]).toEqual([0, undefined]);
  expect(builds()).toBe(2);
  for (const host of ['alpha', 'beta']) {
    const [word, prefix = ''] = await says(host);
    expect([word, prefix.startsWith(join(cluster.folder, host)), existsSync(join(prefix, 'pyvenv.cfg'))]).toEqual([
      ...['hello', true, true],
    ]);
  }
});

it('is not made again where its inputs are the same: the plan says so, and who is replaced for what', async () => {
  const before = pids(cluster, APP);
  await cluster.push('2.0.0', release('hello', 2));
  const planned = await plan('2.0.0');
  const again = [{ name: 'venv', prepared: true }];
  expect(prepared(planned)).toEqual([again, again]);
  expect(whys(planned)).toEqual({
    speaks: 'replace: speaks.py changed',
    apart: 'keep: settings and files unchanged',
  });
  const text = await cluster.cli('rollout', '--version', '2.0.0', '--app', APP, '--plan');
  expect(text.stdout).toMatch(/prepare venv: prepared already/);
  expect((await cluster.rollout('2.0.0')).code).toBe(0);
  expect([builds(), pids(cluster, APP)['alpha/apart.0']]).toEqual([2, before['alpha/apart.0']]);
  expect((await says('beta'))[2]).toBe('2');
});

it('replaces those that use it where its inputs are others, and a rollback needs no second run', async () => {
  const before = pids(cluster, APP);
  await cluster.push('3.0.0', release('goodbye', 2));
  expect(whys(await plan('3.0.0'))).toEqual({
    speaks: 'replace: prepare venv changed',
    apart: 'keep: settings and files unchanged',
  });
  expect((await cluster.rollout('3.0.0')).code).toBe(0);
  expect([(await says('alpha'))[0], builds(), pids(cluster, APP)['beta/apart.0']]).toEqual([
    ...['goodbye', 4, before['beta/apart.0']],
  ]);
  const back = (await cluster.cli('rollback', '--app', APP, '--plan', '--json')).json<Plan>();
  expect(whys(back)).toMatchObject({ speaks: 'replace: prepare venv changed' });
  expect((await cluster.cli('rollback', '--app', APP, '--yes')).code).toBe(0);
  await eventually(async () => expect((await says('alpha'))[0]).toBe('hello'));
  expect(builds()).toBe(4);
});

describe('where it fails', () => {
  it('the rollout fails with what was said, and nothing that runs was touched', async () => {
    const before = pids(cluster, APP);
    await cluster.push('4.0.0', release('never', 2, 'echo no compiler here >&2; exit 7'));
    const result = await cluster.rollout('4.0.0');
    expect(result.code).toBe(20);
    expect(lastEvent(result).reason).toMatch(
      /(alpha|beta) could not stage the release: prepare\.venv: sh ended with 7\. It said: no compiler here \(all of it: .*venv\.log\)/,
    );
    expect(steps(result.events<Event>(), 'switching')).toEqual([]);
    expect(pids(cluster, APP)).toEqual(before);
    expect(await versions(cluster, APP)).toEqual({ alpha: '2.0.0', beta: '2.0.0' });
  });

  it('for want of its program, the plan says so before anything is brought to any host', async () => {
    const { prepare, ...rest } = release('never', 2);
    const venv = { ...prepare?.['venv'], command: ['no-such-builder'] };
    await cluster.push('4.1.0', { ...rest, prepare: { venv } });
    expect((await plan('4.1.0')).problems).toContainEqual(
      expect.stringMatching(/Host alpha: prepare\.venv runs no-such-builder, which is not on this host/),
    );
  });
});

it('is told while it runs, ends with the sidecar that is killed, and is made anew by the next one', async () => {
  const go = join(cluster.folder, 'go');
  await cluster.push('5.0.0', release('late', 2, `while [ ! -e ${go} ]; do sleep 0.05; done`));
  const rollout = cluster.follow(['rollout', '--version', '5.0.0', '--app', APP, '--json', '--bake', '200ms']);
  const alpha = cluster.host('alpha');
  const staging = async () => (await alpha.remote.Status({})).apps.find(({ app }) => app === APP)?.staging;
  await eventually(async () =>
    expect(await staging()).toMatchObject({ state: 'running', preparing: { step: 'venv', withinMs: 120_000 } }),
  );
  expect((await alpha.cli('status')).stdout).toMatch(/preparing venv/);
  const programs = () => processesOf({ folder: cluster.folder }).filter(({ command }) => /build\.sh/.test(command));
  await alpha.daemon.restart();
  await cluster.ready();
  writeFileSync(go, '');
  const result = await rollout.result;
  expect([result.code, (await says('alpha'))[0]]).toEqual([0, 'late']);
  expect(programs()).toEqual([]);
});
