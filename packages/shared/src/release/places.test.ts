/** `prepare:` and `data:` as they are written, and what becomes of them for a host. */
import { describe, expect, it } from 'vitest';
import type { ManifestEntry } from '../domain/release.js';
import { sha256 } from '../runtime/digest.js';
import { formatProblem } from '../runtime/problem.js';
import { agentsFromYaml, compileAgentsYaml } from './agents-yaml.js';
import { resolveHostSpec } from './host-spec.js';

const STEP = 'command: [make], files: [in], creates: out';
const problemsOf = (...lines: string[]): string => {
  const compiled = compileAgentsYaml(lines.join('\n'));
  return compiled.ok ? '' : compiled.problems.map(formatProblem).join('\n');
};
const A = 'agents: { a: { command: x } }';

describe('prepare', () => {
  it('has its steps in their order, and fills in what is left out', () => {
    const { prepare } = agentsFromYaml(
      [
        A,
        'prepare:',
        `  two: { ${STEP} }`,
        '  one: { command: make it, files: [], creates: [a, b/c], depends_on: [two],',
      ]
        .concat('    environment: { V: 1.10 }, user: builder, timeout: 1m }')
        .join('\n'),
    );
    expect(prepare).toEqual([
      {
        ...{ name: 'two', command: ['make'], files: ['in'], creates: ['out'], dependsOn: [], environment: {} },
        timeoutMs: 600_000,
      },
      {
        ...{ name: 'one', command: ['make', 'it'], files: [], creates: ['a', 'b/c'], dependsOn: ['two'] },
        ...{ environment: { V: '1.10' }, user: 'builder', timeoutMs: 60_000 },
      },
    ]);
    expect(agentsFromYaml(A)).not.toHaveProperty('prepare');
  });

  it.each<[string, RegExp]>([
    ['{ 1: { X } }', /^agents\.yaml:2: prepare\.1 is no name of a step: lower-case letters/],
    ['{ a: { command: [x], creates: out } }', /prepare\.a\.files is missing: it must be a list/],
    ['{ a: { command: [x], files: [] } }', /prepare\.a\.creates is missing/],
    ['{ a: { command: [x], files: [], creates: [] } }', /creates must be at least one path/],
    ['{ a: { command: [x], files: [], creates: ../out } }', /creates must be a path inside the release/],
    ['{ a: { command: [x], files: [], creates: /out } }', /creates must be a path inside the release/],
    ['{ a: { command: [x], files: [], creates: a/./b } }', /creates must be a path inside the release/],
    ['{ a: { command: [x], files: [], creates: "o*" } }', /creates must be a path inside the release/],
    ['{ a: { command: [x], files: [], creates: out/ } }', /without a slash at the end/],
    ['{ a: { command: [x], files: [../x], creates: out } }', /files\[0\] must be a glob inside the release/],
    ['{ a: { X, secrets: [KEY] } }', /prepare\.a\.secrets is not supported yet/],
    ['{ a: { X, output: y } }', /prepare\.a\.output is not known/],
    ['{ a: { X, depends_on: [b] }, b: { command: [x], files: [], creates: b } }', /names "b", which is no step before/],
    ['{ a: { X, environment: { B: "${C}" } } }', /prepare\.a\.environment\.B has \$\{C\}: what is prepared is of the/],
    ['{ a: { command: ["${OUTRIDER_HOST}"], files: [], creates: o } }', /has \$\{OUTRIDER_HOST\}: what is prepared/],
    ['{ a: { X, user: "${WHO}" } }', /prepare\.a\.user has \$\{WHO\}/],
    ['{ a: { X }, b: { X } }', /prepare\.b\.creates has "out", and prepare\.a\.creates has "out": they are in each/],
    [
      '{ a: { X }, b: { command: [x], files: [], creates: out/b } }',
      /prepare\.b\.creates has "out\/b", and prepare\.a/,
    ],
  ])('refuses %s', (steps, expected) => {
    expect(problemsOf(A, `prepare: ${steps.replaceAll('X', STEP)}`)).toMatch(expected);
  });
});

describe('data', () => {
  it.each<[string, RegExp | '']>([
    ['a: { command: x, data: [data/memory.db] }, b: { command: x, data: [data/memory.db, data/cache/] }', ''],
    ['a: { command: x, data: [../x] }', /^agents\.yaml:2: agents\.a\.data\[0\] must be a path inside the release/],
    ['a: { command: x, data: [/var/x] }', /data\[0\] must be a path inside the release/],
    ['a: { command: x, data: ["${DATA}"] }', /data\[0\] must be a path inside the release/],
    ['a: { command: x, data: [d/, d] }', /agents\.a\.data\[1\] is "d", which is there twice/],
    [
      'a: { command: x, data: [d] }, b: { command: x, data: [d/] }',
      /agents\.b\.data\[0\] has "d", and agents\.a\.data has "d"/,
    ],
    ['a: { command: x, data: [d/x] }, b: { command: x, data: [d/x/y] }', /agents\.b\.data\[0\] has "d\/x\/y", and/],
  ])('%s', (agents, expected) => {
    if (expected === '') expect(problemsOf('agents:', `  { ${agents} }`)).toBe('');
    else expect(problemsOf('agents:', `  { ${agents} }`)).toMatch(expected);
  });

  it('is not what a step creates', () => {
    const problems = problemsOf('agents: { a: { command: x, data: [out/db/] } }', `prepare: { v: { ${STEP} } }`);
    expect(problems).toMatch(/^agents\.yaml:2: prepare\.v\.creates has "out", and agents\.a\.data has "out\/db\/"/);
  });
});

const file = (path: string, content = path, mode = 0o644): ManifestEntry => ({
  ...{ kind: 'file', path, mode, size: content.length, sha256: sha256(content) },
});
const resolve = (yaml: string, entries: readonly ManifestEntry[], settings = {}, host = 'pc2') =>
  resolveHostSpec({
    ...{ spec: agentsFromYaml(yaml), manifest: { app: 'default', entries }, digest: 'd'.repeat(64) },
    ...{ version: '1', host: { name: host, labels: {} }, hosts: { pc2: '10.0.0.2', pc1: '10.0.0.1' } },
    ...{ environment: 'local', settings },
  });

describe('for a host', () => {
  const IN = [file('in'), file('data/seed')];

  it('each step has a digest of what it is made from, and of nothing else', () => {
    const inputs = (step: string, entries = IN) =>
      resolve(`${A}\nprepare: { v: { ${step} } }`, entries).spec.prepare?.[0]?.inputs;
    const known = inputs(STEP);
    expect(known).toMatch(/^[0-9a-f]{64}$/);
    expect(inputs(`${STEP}, timeout: 1m`)).toBe(known);
    expect(inputs(STEP, [file('in'), file('other')])).toBe(known);
    const others = [
      inputs(STEP, [file('in', 'new')]),
      inputs(STEP, [file('in', 'in', 0o755)]),
      inputs(`${STEP}, environment: { A: "1" }`),
      inputs(`${STEP}, user: builder`),
      inputs('command: [other], files: [in], creates: out'),
    ];
    expect(new Set([known, ...others]).size).toBe(6);
    const chain = (content: string) =>
      resolve(`${A}\nprepare: { v: { ${STEP} }, w: { command: [x], files: [], creates: w, depends_on: [v] } }`, [
        file('in', content),
      ]).spec.prepare?.[1]?.inputs;
    expect(chain('1')).not.toBe(chain('2'));
  });

  it('replaces the agents that use what is prepared, and no others', () => {
    const agents = (entries: readonly ManifestEntry[]) =>
      resolve(
        [
          'agents:',
          '  runs: { command: [out/bin/python, a.py], files: [a.py] }',
          '  names: { command: [x], files: [a.py, "out/**"] }',
          '  reads: { command: [x], files: [a.py, in] }',
          '  apart: { command: [x], files: [a.py] }',
          `prepare: { v: { ${STEP} } }`,
        ].join('\n'),
        entries,
      );
    const [one, two] = [agents([file('a.py'), file('in')]), agents([file('a.py'), file('in', 'new')])];
    expect(one.problems).toEqual([]);
    const replaced = two.spec.agents.filter((agent, at) => agent.fingerprint !== one.spec.agents[at]?.fingerprint);
    expect(replaced.map(({ name }) => name)).toEqual(['runs', 'names', 'reads']);
  });

  it('data are linked by the folder that they are in, and what a release brings for them replaces nobody', () => {
    const yaml = 'agents: { a: { command: x, data: [data/seed, data/cache/, more/], user: "${WHO}" } }';
    const of = (content: string) => resolve(yaml, [file('data/seed', content), file('b')], { WHO: 'ann' });
    const { spec, problems } = of('1');
    expect(problems).toEqual([]);
    expect(spec.data).toEqual([
      { path: 'data/cache', kind: 'folder', folder: 'data', user: 'ann' },
      { path: 'data/seed', kind: 'file', folder: 'data', user: 'ann' },
      { path: 'more', kind: 'folder', folder: 'more', user: 'ann' },
    ]);
    expect(of('2').spec.agents[0]?.fingerprint).toBe(spec.agents[0]?.fingerprint);
  });

  it('what is linked is the same on every host of an environment, whoever runs there', () => {
    const yaml = `agents: { a: { command: x, hosts: [pc1], data: [d/] }, b: { command: x, hosts: [pc2] } }\nprepare: { v: { ${STEP} } }`;
    const [one, two] = [resolve(yaml, IN, {}, 'pc1').spec, resolve(yaml, IN, {}, 'pc2').spec];
    expect([one.data, one.prepare]).toEqual([two.data, two.prepare]);
    expect(resolve(A, IN).spec).not.toHaveProperty('data');
  });

  it.each<[string, RegExp]>([
    [`${A}\nprepare: { v: { command: [x], files: [nope], creates: out } }`, /^prepare\.v\.files names "nope", which/],
    [
      `${A}\nprepare: { v: { command: [x], files: [in], creates: in } }`,
      /^prepare\.v\.creates has "in", where the release has in/,
    ],
    [
      `${A}\nprepare: { v: { command: [x], files: [in], creates: data } }`,
      /creates has "data", where the release has data\/seed/,
    ],
    [
      `${A}\nprepare: { v: { command: [x], files: [in], creates: in/x } }`,
      /creates has "in\/x", where the release has in/,
    ],
    ['agents: { a: { command: x, data: [memory.db] } }', /^agents\.a\.data\[0\] has "memory\.db", a file at the root/],
    [
      'agents: { a: { command: x, data: [data/db] } }',
      /data\[0\] has "data\/db", and the release has data\/seed beside it/,
    ],
    ['agents: { a: { command: x, data: [in/] } }', /data\[0\] has "in", where the release has the file in/],
    ['agents: { a: { command: x, data: [in/x/] } }', /data\[0\] has "in\/x", where the release has the file in/],
    [
      'agents: { a: { command: x, data: [d/] }, b: { command: x, data: [d/e/], user: ann } }',
      /^agents\.b\.data\[0\] has "d\/e", and agents\.a\.data\[0\] has "d" in the same folder, but their agents run as/,
    ],
  ])('%s is a problem', (yaml, expected) => {
    expect(resolve(yaml, IN).problems.join('\n')).toMatch(expected);
  });

  it('programs and working folders may be in what is made', () => {
    const yaml = `agents: { a: { command: [./bin/run], working_dir: out }, b: { command: x, working_dir: d, data: [d/] } }\nprepare: { v: { ${STEP} } }`;
    expect(resolve(yaml, IN).problems).toEqual([]);
  });
});
