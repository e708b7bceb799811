import { describe, expect, test } from 'vitest';
import type { HostAgent } from '../domain/agent.js';
import type { HookAsk } from '../domain/hook.js';
import type { Manifest } from '../domain/release.js';
import { agentsFromYaml } from './agents-yaml.js';
import { isFilledIn, problemOfAgent, problemOfFingerprints, problemOfHook } from './follows.js';
import { resolveHooks } from './hooks.js';
import { resolveHostSpec } from './host-spec.js';

const TEXT = `
app: assistants
agents:
  memory:
    command: [python3, -u, memory.py, "--model=\${MODEL}", "\${OUTRIDER_HOST}", "$$5"]
    environment: { LEVEL: "\${LEVEL:-info}", PORT: 80 }
    user: "\${WHO:-nobody}"
    hosts: ["\${WHERE}"]
    files: ["*.py"]
    secrets: [API_KEY]
    depends_on: { other: { condition: service_started, restart: true } }
    healthcheck: { http: { url: "http://127.0.0.1:\${PORT:-80}/", status: 200 } }
    resources: { memory: 512M }
    replicas: { min: 1, max: 3, target: { cpu: 70% } }
  other: { command: [sleep, "9"], sockets: [{ name: http, listen: "127.0.0.1:\${PORT:-80}" }] }
hooks:
  before_rollout: { command: [migrate, "\${DB:-main}", "\${OUTRIDER_APP}"], user: db, secrets: [DB_KEY], on: once, undo: [migrate, back] }
  after_switch: { webhook: "https://example.test/" }
`;
const DECLARED = agentsFromYaml(TEXT);
const manifest: Manifest = {
  app: 'assistants',
  entries: ['memory.py', 'x.bin'].map((path) => ({ kind: 'file', path, mode: 0o644, size: 1, sha256: 'a'.repeat(64) })),
};
const settings = { MODEL: '/opt/m', WHERE: 'pc2', WHO: 'ai', DB: 'second' };
const { spec, problems } = resolveHostSpec({
  ...{ spec: DECLARED, manifest, settings, digest: 'd'.repeat(64), version: '1.0.0', environment: 'local' },
  ...{ host: { name: 'pc2', labels: {} }, hosts: { pc2: '127.0.0.1' } },
});
const [memory] = spec.agents as [HostAgent];

test('what the coordinator makes of an agents.yaml follows from it', () => {
  expect(problems).toEqual([]);
  for (const agent of spec.agents) expect(problemOfAgent(agent, DECLARED, '1.0.0')).toBeUndefined();
  expect(problemOfFingerprints(spec, manifest)).toBeUndefined();
});

describe('what does not follow is', () => {
  test.each<[string, Partial<HostAgent>, string]>([
    ['another program', { command: ['/bin/sh', ...memory.command.slice(1)] }, 'command.0'],
    ['one more argument', { command: [...memory.command, '--yes'] }, 'command.6'],
    ['one argument less', { command: memory.command.slice(0, 3) }, 'command.3'],
    ['another word about a setting', { command: memory.command.with(3, '--load=/opt/m') }, 'command.3'],
    ['another of the host\u2019s own', { command: memory.command.with(4, 'pc3') }, 'command.4'],
    [
      'one more variable',
      { environment: { ...memory.environment, LD_PRELOAD: '/tmp/x.so' } },
      'environment.LD_PRELOAD',
    ],
    ['a variable less', { environment: { LEVEL: 'info' } }, 'environment.PORT'],
    ['another value', { environment: { ...memory.environment, PORT: '81' } }, 'environment.PORT'],
    ['another folder', { workingDir: '/tmp' }, 'workingDir'],
    ['other files', { files: [] }, 'files.0'],
    ['more secrets', { secrets: ['API_KEY', 'DB_KEY'] }, 'secrets.1'],
    ['rights to gain', { noNewPrivileges: false }, 'noNewPrivileges'],
    ['more instances', { replicas: 2 }, 'replicas'],
    ['more memory', { resources: { memoryBytes: 1 } }, 'resources.memoryBytes'],
    ['a check that proves nothing', { healthchecks: [] }, 'healthchecks.0'],
  ])('%s', (_, change, place) => {
    const sentence = `memory: "${place}" is not what agents.yaml of 1.0.0 says.`;
    expect(problemOfAgent({ ...memory, ...change }, DECLARED, '1.0.0')).toBe(sentence);
  });

  test('an agent that the release does not have', () => {
    expect(problemOfAgent({ ...memory, name: 'shell' }, DECLARED, '1.0.0')).toMatch(/has no agent shell/);
  });

  test('a member that nobody has declared', () => {
    const more = { ...memory, preload: '/tmp/x.so' } as HostAgent;
    expect(problemOfAgent(more, DECLARED, '1.0.0')).toMatch(/"preload"/);
  });

  test('the fingerprint of something else', () => {
    const agents = spec.agents.map((agent) => (agent.name === 'other' ? { ...agent, fingerprint: 'a' } : agent));
    expect(problemOfFingerprints({ ...spec, agents }, manifest)).toMatch(/^other: its fingerprint/);
    expect(problemOfFingerprints(spec, { entries: [] })).toMatch(/^memory: its fingerprint/);
  });
});

describe('of hooks', () => {
  const around = { app: 'assistants', version: '1.0.0', environment: 'local', settings };
  const { hooks } = resolveHooks({ spec: DECLARED, ...around });
  const action = hooks[0]?.action as { command: readonly string[] };
  const ask = {
    ...{ app: 'assistants', hook: 'before_rollout', point: 'before_rollout', release: { version: '1.0.0' } },
    ...{ command: action.command, user: 'db', secrets: ['DB_KEY'] },
  } as unknown as HookAsk;

  test.each<[string, Partial<HookAsk>]>([
    ['the command', {}],
    ['the same in a rollout of several apps', { hook: 'assistants/before_rollout' }],
    ['what takes it back', { command: ['migrate', 'back'], undoes: 'r1/before_rollout' }],
  ])('%s follows', (_, change) => {
    expect(problemOfHook({ ...ask, ...change }, DECLARED)).toBeUndefined();
  });

  test.each<[string, Partial<HookAsk>]>([
    ['another program', { command: ['sh', ...action.command.slice(1)] }],
    ['one word more', { command: [...action.command, '--drop'] }],
    ['the undo as the hook', { command: ['migrate', 'back'] }],
    ['the hook as the undo', { undoes: 'r1/before_rollout' }],
    ['another user', { user: 'root' }],
    ['more secrets', { secrets: ['DB_KEY', 'API_KEY'] }],
    ['none of the secrets', { secrets: [] }],
    ['another point', { point: 'after_commit' }],
    ['a webhook as a command', { hook: 'after_switch', point: 'after_switch' }],
    ['a hook that it does not have', { hook: 'before_rollout-2' }],
    ['that of another app', { hook: 'others/before_rollout' }],
  ])('%s does not', (_, change) => {
    expect(problemOfHook({ ...ask, ...change }, DECLARED)).toMatch(/agents\.yaml of 1\.0\.0/);
  });
});

test.each([
  ['plain', 'plain', true],
  ['plain', 'plane', false],
  ['${A}', '', true],
  ['${A}', 'anything', true],
  ['a${A}b', 'ab', true],
  ['a${A}a', 'a', false],
  ['a${A}b${B}c', 'a1b2c', true],
  ['a${A}b${B}c', 'a12c', false],
  ['a${A}bb${B}bc', 'abbc', false],
  ['$$${A}', '$x', true],
  ['$$${A}', 'x', false],
  ['${OUTRIDER_HOST}', '${OUTRIDER_HOST}', true],
  ['${OUTRIDER_HOST}', 'pc2', false],
  ['cost: 5$', 'cost: 5$', true],
])('%j may become %j: %s', (written, given, result) => {
  expect(isFilledIn(written, given)).toBe(result);
});
