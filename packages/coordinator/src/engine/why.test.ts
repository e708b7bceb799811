import type { HostSpec, Manifest, ManifestEntry } from '@outrider/shared/domain/release.js';
import { diffAgents } from '@outrider/shared/domain/agent-diff.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { resolveHostSpec } from '@outrider/shared/release/host-spec.js';
import { digestOf, sha256 } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Releases } from './ports.js';
import { diffFiles, Why } from './why.js';

const file = (path: string, content = path, mode = 0o644): ManifestEntry => ({
  ...{ kind: 'file', path, mode, size: content.length, sha256: sha256(content) },
});
const link = (path: string, target: string): ManifestEntry => ({ kind: 'symlink', path, target });

let manifests: Map<string, Manifest>;
let reads: number;
beforeEach(() => {
  manifests = new Map();
  reads = 0;
});
const releases = {
  manifest: async (digest: string) => {
    reads += 1;
    const manifest = manifests.get(digest);
    if (manifest === undefined) throw new OutriderError('not_found', 'It is gone.');
    return { manifest, bytes: new Uint8Array() };
  },
} as Pick<Releases, 'manifest'>;

function specOf(yaml: string, entries: readonly ManifestEntry[], settings: Record<string, string> = {}): HostSpec {
  const manifest = { app: 'default', entries };
  const digest = digestOf(manifest);
  manifests.set(digest, manifest);
  const { spec, problems } = resolveHostSpec({
    ...{ spec: agentsFromYaml(yaml), manifest, digest, version: digest.slice(0, 4), environment: 'local', settings },
    ...{ host: { name: 'pc2', labels: {} }, hosts: { pc2: '10.0.0.2' } },
  });
  expect(problems).toEqual([]);
  return spec;
}

/** By agent: action and reason. */
async function why(before: HostSpec, after: HostSpec, of = new Why(releases)): Promise<Record<string, string>> {
  const actions = await of.explained(diffAgents(before.agents, after.agents), before, after);
  return Object.fromEntries(actions.map((one) => [one.agent, `${one.action}: ${one.why}`]));
}

describe('an agent is replaced', () => {
  it('for what has changed of its own files, and kept for the rest', async () => {
    const yaml = (files: string) =>
      `agents: { llm: { command: x, files: [${files}] }, apart: { command: x, files: [other.py] } }`;
    const before = specOf(yaml('"common/**"'), [file('common/a'), file('common/llm.py'), file('other.py')]);
    const after = specOf(yaml('"common/**"'), [file('common/a'), file('common/llm.py', 'new'), file('other.py')]);
    expect(await why(before, after)).toEqual({
      llm: 'replace: common/llm.py changed',
      apart: 'keep: settings and files unchanged',
    });
    const wider = specOf(yaml('"common/**", other.py'), [file('common/a'), file('common/llm.py'), file('other.py')]);
    expect((await why(before, wider))['llm']).toBe('replace: the list of its files changed; other.py added');
  });

  it('for its settings, whose values are not told', async () => {
    const yaml = (settings: string) => `agents: { a: { command: x, files: [a.py], ${settings} } }`;
    const [one, two] = [
      specOf(
        yaml('environment: { LOG_LEVEL: "${LEVEL}", TOKEN: first-secret }, secrets: [KEY], description: old'),
        [file('a.py')],
        {
          LEVEL: 'info',
        },
      ),
      specOf(
        yaml('environment: { LOG_LEVEL: "${LEVEL}", TOKEN: other-secret, NEW: x }, stop_grace_period: 5s'),
        [file('a.py')],
        {
          LEVEL: 'debug',
        },
      ),
    ];
    const told = (await why(one, two))['a'];
    expect(told).toBe(
      'replace: environment.LOG_LEVEL changed; environment.NEW added; environment.TOKEN changed; 2 more settings',
    );
    expect(told).not.toMatch(/secret-|first|debug/);
  });

  it('for what is prepared for it, and after one that it follows', async () => {
    const yaml = [
      'agents:',
      '  a: { command: [venv/bin/python], files: [a.py] }',
      '  b: { command: x, files: [b.py], depends_on: { a: { restart: true } } }',
      'prepare: { venv: { command: [x], files: [requirements.txt], creates: venv } }',
    ].join('\n');
    const entries = (content: string) => [file('a.py'), file('b.py'), file('requirements.txt', content)];
    expect(await why(specOf(yaml, entries('1')), specOf(yaml, entries('2')))).toEqual({
      a: 'replace: prepare venv changed',
      b: 'replace: follows a, which is replaced',
    });
  });

  it('for a reason that is not known, where the release that runs is gone, or nothing is known of it', async () => {
    const yaml = 'agents: { a: { command: x } }';
    const [before, after] = [specOf(yaml, [file('a')]), specOf(yaml, [file('a', 'new')])];
    manifests.delete(before.digest);
    expect(await why(before, after)).toEqual({ a: 'replace: settings or files changed' });
    const actions = diffAgents(before.agents, after.agents);
    expect(await new Why(releases).explained(actions, undefined, after)).toEqual(actions);
  });

  it('and its files are compared once, on however many hosts', async () => {
    const yaml = 'agents: { a: { command: x } }';
    const [before, after] = [specOf(yaml, [file('a')]), specOf(yaml, [file('a', 'new')])];
    const of = new Why(releases);
    for (const host of ['one', 'two', 'three']) await why({ ...before, host }, { ...after, host }, of);
    expect(reads).toBe(2);
  });
});

it('files are told by what is another of them', () => {
  const before = [file('a'), file('b'), link('c', 'x'), file('d'), file('e'), file('gone')];
  const after = [
    file('a', 'new'),
    file('b', 'b', 0o755),
    link('c', 'y'),
    file('d', 'new'),
    file('e', 'new'),
    file('f'),
  ];
  expect(diffFiles(before, after)).toEqual([
    '4 files changed: a, c, d and 1 more',
    'b with another mode',
    'f added',
    'gone removed',
  ]);
  expect(diffFiles([file('a')], [link('a', 'x')])).toEqual(['a changed']);
});
