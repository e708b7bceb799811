import { describe, expect, it } from 'vitest';
import type { AppSpec } from '../domain/agent.js';
import type { Manifest, ManifestEntry } from '../domain/release.js';
import { sha256 } from '../runtime/digest.js';
import { agentsFromYaml } from './agents-yaml.js';
import { hostSpecBytes, type HostSpecInput, resolveHostSpec, specDigest } from './host-spec.js';

const file = (path: string, content = path, mode = 0o644): ManifestEntry => ({
  kind: 'file',
  path,
  mode,
  size: content.length,
  sha256: sha256(content),
});
const manifestOf = (...entries: ManifestEntry[]): Manifest => ({ app: 'default', entries });
const specOf = (...lines: string[]): AppSpec =>
  agentsFromYaml(['agents:', '  a:', '    command: [x]', ...lines.map((line) => `    ${line}`)].join('\n'));

function resolve(spec: AppSpec, more: Partial<HostSpecInput> = {}) {
  return resolveHostSpec({
    spec,
    manifest: manifestOf(file('a.py'), file('b.py')),
    digest: 'd'.repeat(64),
    version: '1.0.0',
    host: { name: 'pc2', labels: { gpu: 'true' } },
    hosts: { 'main-pc': '10.0.0.1', pc2: '10.0.0.2' },
    environment: 'local',
    settings: {},
    ...more,
  });
}
const fingerprint = (spec: AppSpec, more: Partial<HostSpecInput> = {}) =>
  resolve(spec, more).spec.agents[0]?.fingerprint;

describe('resolveHostSpec', () => {
  it.each([
    ['[]', true],
    ['[pc2]', true],
    ['[main-pc]', false],
    ['[main-pc, gpu=true]', true],
    ['[gpu=false]', false],
    ['["${WHERE}"]', true],
  ])('hosts: %s runs here: %s', (hosts, here) => {
    const { spec, problems } = resolve(specOf(`hosts: ${hosts}`), { settings: { WHERE: 'pc2' } });
    expect(problems).toEqual([]);
    expect(spec.agents.length).toBe(here ? 1 : 0);
  });

  it('restarts nothing for a reservation, which no process notices', () => {
    const limited = fingerprint(specOf('resources: { memory: 1G }'));
    expect(fingerprint(specOf('resources: { memory: 1G, reservations: { memory: 1M } }'))).toBe(limited);
    expect(fingerprint(specOf('resources: { memory: 2G }'))).not.toBe(limited);
    expect(fingerprint(specOf('resources: { reservations: { cpus: 1 } }'))).toBe(fingerprint(specOf()));
  });

  it('replaces whoever follows a dependency when that is replaced, and nobody else', () => {
    const chain = (setting: string, restart: boolean) =>
      agentsFromYaml(
        `agents: { a: { command: x, environment: { A: ${setting} } }, b: { command: x, depends_on: { a: { restart: ${restart} } } },
         c: { command: x, depends_on: { b: { restart: true } } }, d: { command: x, depends_on: [a] } }`,
      );
    const changed = (restart: boolean): string[] => {
      const before = resolve(chain('1', restart)).spec.agents;
      const after = resolve(chain('2', restart)).spec.agents;
      return after.filter((one, at) => one.fingerprint !== before[at]?.fingerprint).map(({ name }) => name);
    };
    expect(changed(true)).toEqual(['a', 'b', 'c']);
    expect(changed(false)).toEqual(['a']);
    // Where it does not run, there is nothing to follow.
    const elsewhere = (setting: string) =>
      agentsFromYaml(
        `agents: { a: { command: x, hosts: [main-pc], environment: { A: ${setting} } }, b: { command: x, depends_on: { a: { restart: true } } } }`,
      );
    expect(fingerprint(elsewhere('1'))).toBe(fingerprint(elsewhere('2')));
  });

  it('refuses what no kernel starts, once the settings are in', () => {
    const long = 'x'.repeat(131_072);
    const of = (...lines: string[]) => resolve(specOf(...lines), { settings: { LONG: long, NONE: '' } }).problems;
    expect(of('environment: { A: "${LONG}" }')).toEqual([expect.stringMatching(/environment\.A has 131074 bytes/)]);
    expect(of('healthcheck: { exec: [x, "${LONG}"] }')).toEqual([
      expect.stringMatching(/healthcheck\.exec\[1\] has 131072 bytes/),
    ]);
    const spec = agentsFromYaml('agents: { a: { command: ["${NONE}", "${LONG}"] } }');
    expect(resolve(spec, { settings: { LONG: long, NONE: '' } }).problems).toEqual([
      expect.stringMatching(/^agents\.a\.command\[1\] has 131072 bytes/),
      'agents.a.command[0] is empty with the settings of this environment.',
    ]);
  });

  it('leaves out what has no instance', () => {
    expect(resolve(specOf('replicas: 0')).spec.agents).toEqual([]);
  });

  it('fills in settings everywhere, and leaves what only the host knows', () => {
    const spec = specOf(
      'environment: { URL: "http://${OUTRIDER_HOST_ADDRESS}:${PORT:-8080}/$$x", KEY: "${KEY}" }',
      'healthcheck: { tcp: { address: "${OUTRIDER_HOST_ADDRESS}:${PORT:-8080}" } }',
      'sockets: [{ name: s, listen: "${ADDRESS:-127.0.0.1}:${PORT:-8080}" }]',
    );
    expect(resolve(spec, { settings: { KEY: '$1 & ${OTHER}' } }).spec.agents[0]).toMatchObject({
      environment: { URL: 'http://${OUTRIDER_HOST_ADDRESS}:8080/$x', KEY: '$1 & ${OTHER}' },
      healthchecks: [{ method: { kind: 'tcp', address: '${OUTRIDER_HOST_ADDRESS}:8080' } }],
      sockets: [{ name: 's', listen: '127.0.0.1:8080' }],
    });
  });

  it.each<[string[], Partial<HostSpecInput>, RegExp]>([
    [
      ['environment: { A: "${KEY}" }'],
      {},
      /^agents\.a\.environment\.A needs the setting KEY, which the environment local does not have/,
    ],
    [
      ['hosts: [pc3]'],
      {},
      /^agents\.a\.hosts\[0\] names "pc3", which is no host of the inventory\. Did you mean "pc2"\?$/,
    ],
    [['hosts: [zebra]'], {}, /no host of the inventory\. Known: main-pc, pc2\.$/],
    [
      ['healthcheck: { tcp: { address: "h:${PORT}" } }'],
      { settings: { PORT: 'x' } },
      /healthcheck\.tcp\.address must be HOST:PORT/,
    ],
    [['sockets: [{ name: s, listen: "${A}" }]'], { settings: { A: 'x' } }, /sockets\[0\]\.listen must be HOST:PORT/],
    [['working_dir: src'], {}, /^agents\.a\.working_dir names "src", which is no folder of the release\.$/],
    [['working_dir: a.py'], {}, /which is no folder of the release/],
    [['working_dir: "${D}"'], { settings: { D: '../..' } }, /outside the release/],
    [['files: ["c/**"]'], {}, /^agents\.a\.files matches no file of the release/],
  ])('%j is a problem', (lines, more, expected) => {
    expect(resolve(specOf(...lines), more).problems.join('\n')).toMatch(expected);
  });

  it('wants a program that is named by its path to be there and executable', () => {
    const spec = agentsFromYaml('agents: { a: { command: [./bin/run, now] } }');
    const problems = (...entries: ManifestEntry[]) => resolve(spec, { manifest: manifestOf(...entries) }).problems;
    expect(problems(file('bin/run', '', 0o755))).toEqual([]);
    expect(problems({ kind: 'symlink', path: 'bin', target: '/opt/bin' })).toEqual([]);
    expect(problems(file('a'))).toEqual(['agents.a.command runs "./bin/run", which is no file of the release.']);
    expect(problems(file('bin/run'))[0]).toMatch(/not executable: chmod \+x/);
  });

  it('tells environments apart by what a host is told; the release is the same, and no secret is in either', () => {
    const spec = specOf('environment: { LEVEL: "${LEVEL:-info}" }', 'secrets: [KEY]');
    const of = (environment: string, LEVEL: string, hosts: Record<string, string>) =>
      resolve(spec, { environment, settings: { LEVEL, KEY: 'a-secret-value' }, hosts }).spec;
    const [staging, production, again] = [
      of('staging', 'debug', { pc2: '10.1.0.2' }),
      of('production', 'info', { pc2: '10.2.0.2' }),
      of('production', 'info', { pc2: '10.2.0.2' }),
    ];
    expect(staging.digest).toBe(production.digest);
    expect(specDigest(staging)).not.toBe(specDigest(production));
    expect(specDigest(again)).toBe(specDigest(production));
    expect(Buffer.from(hostSpecBytes(staging)).toString()).not.toContain('a-secret-value');
  });

  it('has the same bytes for the same content', () => {
    const one = resolve(specOf('environment: { A: "1", B: "2" }')).spec;
    const other = resolve(specOf('environment: { B: "2", A: "1" }')).spec;
    expect(specDigest(one)).toBe(specDigest(other));
    expect(sha256(hostSpecBytes(one))).toBe(specDigest(one));
  });
});

describe('the fingerprint', () => {
  const manifest = manifestOf(file('a.py'), file('b.py'));

  it('stays when only what needs no restart has changed', () => {
    const before = fingerprint(specOf());
    expect(fingerprint(specOf('description: new'))).toBe(before);
    expect(fingerprint(specOf('hosts: [pc2]'))).toBe(before);
    expect(fingerprint(specOf('replicas: 5'))).toBe(before);
    // What is the default anyway, said by name, is known and restarts nobody.
    const alone = specOf('update_config: { order: stop-first }');
    expect(alone.agents[0]).toMatchObject({ order: 'stop-first', exclusive: true });
    expect(specOf().agents[0]).not.toHaveProperty('exclusive');
    expect(fingerprint(alone)).toBe(before);
    expect(fingerprint(specOf(), { version: '2.0.0', digest: 'e'.repeat(64) })).toBe(before);
  });

  it('changes with settings of the agent and of the environment', () => {
    const spec = specOf('environment: { A: "${KEY:-1}" }');
    expect(fingerprint(specOf('stop_signal: SIGINT'))).not.toBe(fingerprint(specOf()));
    expect(fingerprint(spec, { settings: { KEY: '2' } })).not.toBe(fingerprint(spec));
    expect(fingerprint(spec, { settings: { KEY: '1', OTHER: 'x' } })).toBe(fingerprint(spec));
  });

  it.each<[string, Manifest, boolean]>([
    ['content of a file it uses', manifestOf(file('a.py', 'new'), file('b.py')), true],
    ['mode of a file it uses', manifestOf(file('a.py', 'a.py', 0o755), file('b.py')), true],
    ['content of another file', manifestOf(file('a.py'), file('b.py', 'new')), false],
    ['a file that is new', manifestOf(file('a.py'), file('b.py'), file('c.py')), false],
  ])('%s', (_what, changed, expected) => {
    const spec = specOf('files: ["a.*"]');
    expect(fingerprint(spec, { manifest: changed }) !== fingerprint(spec, { manifest })).toBe(expected);
  });

  it('sees symbolic links and hidden files, and everything where no files are named', () => {
    const link = (target: string) => manifestOf({ kind: 'symlink', path: '.hidden/x', target });
    const spec = specOf('files: ["**"]');
    expect(fingerprint(spec, { manifest: link('a') })).not.toBe(fingerprint(spec, { manifest: link('b') }));
    expect(fingerprint(specOf(), { manifest: link('a') })).not.toBe(fingerprint(specOf(), { manifest: link('b') }));
  });
});
