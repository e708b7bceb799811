/** docs/schema/: what editors check files by, held against what the programs take. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingsSchema as ofCoordinator } from '@outrider/coordinator/config.js';
import { compileAgentsYaml } from '@outrider/shared/release/agents-yaml.js';
import { settingsSchema as ofSidecar } from '@outrider/sidecar/settings.js';

type Json = Readonly<Record<string, unknown>>;

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const schemaOf = (name: string): Json =>
  JSON.parse(readFileSync(at(`docs/schema/${name}.schema.json`), 'utf8')) as Json;
const compile = (schema: Json): ValidateFunction => new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

/** As the programs do: an anchor may be merged into a map. */
const read = (text: string): unknown => parse(text, { merge: true });

const FILES = {
  agents: (text: string): boolean => compileAgentsYaml(text).ok,
  sidecar: (text: string): boolean => ofSidecar.safeParse(read(text)).success,
  coordinator: (text: string): boolean => ofCoordinator.safeParse(read(text)).success,
};
type File = keyof typeof FILES;
const NAMES = Object.keys(FILES) as File[];
const validators = Object.fromEntries(NAMES.map((name) => [name, compile(schemaOf(name))])) as Record<
  File,
  ValidateFunction
>;

/** Of the docs, and the releases that are there to be tried. */
function written(): readonly string[] {
  const pages = readdirSync(at('docs')).filter((name) => name.endsWith('.md'));
  const fences = pages.flatMap((name) => [
    ...readFileSync(at(`docs/${name}`), 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms),
  ]);
  const releases = readdirSync(at('examples'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('agents.yaml'))
    .map((name) => readFileSync(at(`examples/${name}`), 'utf8'));
  return [...fences.map(([, text = '']) => text), ...releases];
}

const isMap = (text: string): boolean => {
  try {
    const value = read(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false; // two files one after another
  }
};

describe.each(NAMES)('%s.schema.json', (name) => {
  it('takes whatever is written in the docs and the examples, and taken by the program', () => {
    const texts = written().filter((text) => isMap(text) && FILES[name](text));
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) {
      validators[name](read(text));
      expect(validators[name].errors, text).toBeNull();
    }
  });

  it('has a sentence for every key, and defaults that it takes itself', () => {
    const schema = schemaOf(name);
    const definitions = schema['definitions'] as Json;
    const silent: string[] = [];
    const walk = (node: Json, path: string): void => {
      if ('default' in node) {
        const validate = compile({ ...node, definitions });
        expect(validate(node['default']), `${path}: ${JSON.stringify(node['default'])}`).toBe(true);
      }
      for (const [key, one] of Object.entries((node['properties'] ?? {}) as Readonly<Record<string, Json>>)) {
        if (typeof one['description'] !== 'string') silent.push(`${path}.${key}`);
        walk(one, `${path}.${key}`);
      }
      for (const one of [node['additionalProperties'], node['items']]) if (isNode(one)) walk(one, `${path}[]`);
      for (const one of [node['anyOf'], node['allOf']].flat()) if (isNode(one)) walk(one, path);
    };
    walk(schema, name);
    for (const [called, one] of Object.entries(definitions)) walk(one as Json, called);
    expect(silent).toEqual([]);
  });
});

const isNode = (value: unknown): value is Json => typeof value === 'object' && value !== null;

describe('what the programs refuse', () => {
  const agent = (keys: object): object => ({ agents: { memory: { command: ['true'], ...keys } } });
  it.each<[string, File, object]>([
    ['an unknown key', 'agents', agent({ comand: 'x' })],
    ['no command', 'agents', { agents: { memory: {} } }],
    ['a command of no word', 'agents', agent({ command: [] })],
    ['an unknown signal', 'agents', agent({ stop_signal: 'SIGWAIT' })],
    ['a number without a unit', 'agents', agent({ stop_grace_period: 10 })],
    ['no policy of restarts', 'agents', agent({ restart: 'on-failure:1001' })],
    ['too many replicas', 'agents', agent({ replicas: 1_001 })],
    ['bounds without an end', 'agents', agent({ replicas: { min: 1 } })],
    ['a bad name', 'agents', { app: 'My App', ...agent({}) }],
    ['no size', 'agents', agent({ resources: { memory: 'much' } })],
    ['a healthcheck of another kind', 'agents', agent({ healthcheck: { ping: {} } })],
    ['a gate of another kind', 'agents', { ...agent({}), gates: [{ metric: 'temperature', max: 1 }] }],
    ['a hook elsewhere', 'agents', { ...agent({}), hooks: { before_lunch: { command: ['x'] } } }],
    ['a step that makes nothing', 'agents', { ...agent({}), prepare: { venv: { command: ['x'], files: [] } } }],
    ['an unknown key of settings', 'sidecar', { drain: { limits: '1m' } }],
    ['a number that is too large', 'sidecar', { keep_releases: 1_001 }],
    ['an unknown level', 'sidecar', { log: { level: 'loud' } }],
    ['a host without an address', 'coordinator', { hosts: { pc2: {} } }],
    ['an unknown policy', 'coordinator', { policy: { trial: 'stay' } }],
    ['a password in the file', 'coordinator', { redis: { password: 'x' } }],
  ])('and the schema too: %s', (_what, name, value) => {
    expect(FILES[name](JSON.stringify(value))).toBe(false);
    expect(validators[name](value)).toBe(false);
  });
});

describe('what the programs take', () => {
  it.each<[string, object]>([
    ['a command as a string, a duration of nothing', { command: 'sleep 1', stop_grace_period: 0 }],
    ['variables as a list', { command: ['x'], environment: ['A=1', 'B='] }],
    ['numbers and truth as variables', { command: ['x'], environment: { A: 1.5, B: true } }],
    ['names that are filled in later', { command: ['x'], hosts: ['${WHERE}'], user: '${WHO:-nobody}' }],
    ['bytes, and cores as text', { command: ['x'], resources: { memory: 1_048_576, cpus: '0.5' } }],
    ['READY alone', { command: ['x'], healthcheck: { notify: true } }],
    ['checks in a list', { command: ['x'], healthcheck: [{ notify: { watchdog: '1s' } }, { exec: 'true' }] }],
  ])('and the schema too: %s', (_what, memory) => {
    const value = { 'x-mine': 1, agents: { memory } };
    expect(compileAgentsYaml(JSON.stringify(value))).toMatchObject({ ok: true });
    validators.agents(value);
    expect(validators.agents.errors).toBeNull();
  });
});
