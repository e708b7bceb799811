import { expect, it } from 'vitest';
import { compileAgentsYaml } from '@outrider/shared/release/agents-yaml.js';
import { parseYaml } from '@outrider/shared/runtime/yaml-source.js';
import { type Compile, fit } from './fit.js';
import type { Imported, ImportedAgent } from './imported.js';

const agent = (name: string, settings: object, ...notes: [string, string][]): ImportedAgent => ({
  name,
  settings: settings as Record<string, unknown>,
  notes: notes.map(([about, text]) => ({ about, text })),
});
const all = (...agents: ImportedAgent[]): Imported => ({ agents, notes: [] });
const strict: Compile = (text) => compileAgentsYaml(text);
/** Knows every key, as a later version may. */
const lenient: Compile = () => ({ ok: true, spec: { app: 'default', agents: [] } });
const valueOf = (text: string): unknown => {
  const parsed = parseYaml(text, 'x');
  return parsed.ok ? parsed.source.value : parsed.problems;
};
const RICH = agent('a.b', {
  command: ['x'],
  colour: 'red',
  healthcheck: { exec: ['y'], mood: { good: true } },
  restart: 'no',
});

it('what a schema does not know becomes a comment that says so', () => {
  const { text, problems } = fit(all(RICH), 'f', strict);
  expect(problems).toEqual([]);
  expect(valueOf(text)).toEqual({ agents: { 'a.b': { command: ['x'], healthcheck: { exec: ['y'] }, restart: 'no' } } });
  expect(text).toContain('# colour: red: was taken out: colour is not known.');
  expect(text).toContain('# healthcheck: { mood: { good: true } }: was taken out: healthcheck.mood is not known.');
  expect(compileAgentsYaml(text).ok).toBe(true);
});

it('what it knows is written', () => {
  const { text } = fit(all(RICH), 'f', lenient);
  expect(valueOf(text)).toEqual({ agents: { 'a.b': RICH.settings } });
  expect(text).not.toContain('taken out');
});

it('a value that is refused is taken out, and the least of it', () => {
  const settings = {
    command: ['x'],
    replicas: 1e6,
    environment: { OUTRIDER_X: '1', Y: '2' },
    depends_on: { b: { condition: 'later' }, c: {} },
  };
  const { text } = fit(
    all(agent('a', settings), agent('b', { command: ['x'] }), agent('c', { command: ['x'] })),
    'f',
    strict,
  );
  expect(valueOf(text)).toMatchObject({
    agents: { a: { command: ['x'], environment: { Y: '2' }, depends_on: { c: {} } } },
  });
  expect(text).toMatch(/# replicas: 1000000: was taken out: replicas must be a whole number from 0 to 1000/);
  expect(text).toMatch(/# environment: \{ OUTRIDER_X: "1" \}: was taken out/);
  expect(text).toMatch(/# depends_on: \{ b: \{ condition: later \} \}: was taken out/);
});

it('an agent without a command is shown and not run, and nobody waits for it', () => {
  const { text, leftOut } = fit(
    all(
      agent('a', { command: ['x'], depends_on: { b: {} } }),
      agent('b', { restart: 'always' }, ['image', 'is\nno program']),
    ),
    'f',
    strict,
  );
  expect(leftOut.map(({ name }) => name)).toEqual(['b']);
  expect(valueOf(text)).toEqual({ agents: { a: { command: ['x'] } } });
  expect(text).toMatch(/# depends_on: b is no agent that can run here/);
  expect(text).toMatch(/^# {3}b:\n# {5}# image: is no program\n# {5}command: \[\]\n# {5}restart: always$/m);
});

it('what waits for a profile does not start because there are none', () => {
  const refuses: Compile = (text) =>
    text.includes('\n    profiles:')
      ? {
          ok: false,
          problems: [{ file: 'f', line: 1, path: 'agents.a.profiles', sentence: 'agents.a.profiles is not known.' }],
        }
      : strict(text);
  const { text } = fit(all(agent('a', { command: ['x'], replicas: 3, profiles: ['p'] })), 'f', refuses);
  expect(valueOf(text)).toEqual({ agents: { a: { command: ['x'], replicas: 0 } } });
});

it('says at the top what no setting is to blame for', () => {
  const { text, problems } = fit(all(agent('a', {})), 'f', strict);
  expect(problems).toHaveLength(1);
  expect(text).toMatch(/# Not accepted yet: agents\.yaml:\d+: agents declares no agent/);
  const circle = { command: ['x'], depends_on: { b: {} } };
  const fitted = fit(all(agent('a', circle), agent('b', { ...circle, depends_on: { a: {} } })), 'f', strict);
  expect(fitted.problems).toEqual([]);
  expect(compileAgentsYaml(fitted.text).ok).toBe(true);
});

it('no text of others gets out of its comment or its quotes', () => {
  const nasty = 'x\r\n# y: [\u0085z\u2028 "\' ${A} #\t- &b *c !d %e';
  const { text } = fit(
    {
      agents: [agent('a', { command: [nasty, '', 'no', '1.10', '~'], restart: 'no' }, [nasty, nasty])],
      notes: [{ about: nasty, text: nasty }],
    },
    nasty,
    strict,
  );
  expect(valueOf(text)).toEqual({ agents: { a: { command: [nasty, '', 'no', '1.10', '~'], restart: 'no' } } });
  expect(compileAgentsYaml(text)).toMatchObject({ ok: true });
});
