import { describe, expect, it } from 'vitest';
import { formatProblem } from '../runtime/problem.js';
import { agentsFromYaml, compileAgentsYaml } from './agents-yaml.js';
import { resolveHooks } from './hooks.js';

const withHooks = (...lines: string[]): string =>
  ['agents: { memory: { command: x } }', 'hooks:', ...lines.map((line) => `  ${line}`)].join('\n');
const hooks = (...lines: string[]) => agentsFromYaml(withHooks(...lines)).hooks ?? [];
const problems = (line: string): string[] => {
  const compiled = compileAgentsYaml(withHooks(line));
  return compiled.ok ? [] : compiled.problems.map(formatProblem);
};
const MIGRATION =
  'before_rollout: { command: [alembic, upgrade, head], on: once, undo: [alembic, downgrade, "-1"], secrets: [DATABASE_URL], timeout: 5m, retries: 1, on_failure: fail }';

describe('hooks of agents.yaml', () => {
  it('are read, one or several at a point, with their defaults', () => {
    expect(hooks(MIGRATION, 'after_commit: [{ command: ./tell.sh }, { webhook: "https://x/y", on: once }]')).toEqual([
      {
        ...{ name: 'before_rollout', point: 'before_rollout', on: 'once', timeoutMs: 300_000, retries: 1 },
        action: { kind: 'command', command: ['alembic', 'upgrade', 'head'], secrets: ['DATABASE_URL'] },
        ...{ undo: ['alembic', 'downgrade', '-1'], onFailure: 'fail' },
      },
      {
        ...{ name: 'after_commit', point: 'after_commit', on: 'each', timeoutMs: 60_000, retries: 0 },
        ...{ action: { kind: 'command', command: ['./tell.sh'] }, onFailure: 'continue' },
      },
      {
        ...{ name: 'after_commit-2', point: 'after_commit', on: 'once', timeoutMs: 60_000, retries: 0 },
        ...{ action: { kind: 'webhook', url: 'https://x/y' }, onFailure: 'continue' },
      },
    ]);
    expect(agentsFromYaml('agents: { a: { command: x } }')).not.toHaveProperty('hooks');
  });

  it.each([
    ['before_start: { command: x }', /:3: hooks\.before_start is not known\./],
    ['before_switch: {}', /:3: hooks\.before_switch does nothing: give it exactly one of command and webhook/],
    ['before_switch: { command: x, webhook: "http://x" }', /has both command and webhook/],
    ['before_switch: { command: x, undo: y }', /undo needs on: once/],
    ['before_switch: { webhook: "ftp://x" }', /webhook must be a URL/],
    ['before_switch: { webhook: "http://x", secrets: [A] }', /secrets is only for a command/],
    ['before_switch: { webhook: "http://x", on: once, undo: [a, b] }', /undo must be of a webhook one URL/],
    ['before_switch: { command: x, secrets: [A, A] }', /secrets has "A" twice/],
    ['before_switch: { command: x, retries: -1 }', /retries must be/],
    ['before_switch: { command: x, on: twice }', /on must be once or each/],
    ['before_switch: { command: x, on_failure: stop }', /on_failure must be fail, continue or hold/],
    ['after_rollout: { command: x, on_failure: fail }', /on_failure can only be continue at after_rollout/],
    ['before_switch: { command: "echo ${A" }', /has "\$\{A", which is no reference/],
    ['before_switch: { command: "echo ${OUTRIDER_AGENT}" }', /\$\{OUTRIDER_AGENT\}, which is not known there/],
    ['before_switch: { webhook: "http://${OUTRIDER_HOST}/" }', /\$\{OUTRIDER_HOST\}, which is not known there/],
    ['before_switch: 5', /before_switch must be a map/],
  ])('says what is wrong with %s', (line, expected) => {
    expect(problems(line).join('\n')).toMatch(expected);
  });

  it('are filled in with the settings of the environment; what only a host knows stays', () => {
    const spec = agentsFromYaml(
      withHooks(
        'before_switch: { command: ["${TOOL}", "${OUTRIDER_VERSION}", "${OUTRIDER_HOST}"], on: once, undo: ["${TOOL}", back] }',
        'after_switch: { webhook: "${URL:-http://x}/${OUTRIDER_APP}" }',
      ),
    );
    const input = { spec, version: '2', environment: 'local' };
    const filled = resolveHooks({ ...input, settings: { TOOL: 'lb' } });
    expect(filled.problems).toEqual([]);
    expect(filled.hooks).toMatchObject([
      { action: { command: ['lb', '2', '${OUTRIDER_HOST}'] }, undo: ['lb', 'back'] },
      { action: { url: 'http://x/default' } },
    ]);
    expect(resolveHooks({ ...input, settings: {} }).problems[0]).toBe(
      'The hook before_switch needs the setting TOOL, which the environment local does not have.',
    );
    const wrong = resolveHooks({ ...input, settings: { TOOL: ' ', URL: 'x' } }).problems;
    expect(wrong.join(' ')).toContain('The command of the hook before_switch is empty');
  });
});
