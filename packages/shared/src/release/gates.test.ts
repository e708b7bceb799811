import { describe, expect, it } from 'vitest';
import { formatProblem } from '../runtime/problem.js';
import { agentsFromYaml, compileAgentsYaml } from './agents-yaml.js';
import { resolveGates } from './gates.js';

const withGates = (...lines: string[]): string =>
  ['agents: { memory: { command: x }, vision: { command: y } }', 'gates:', ...lines.map((line) => `  ${line}`)].join(
    '\n',
  );
const gates = (...lines: string[]) => agentsFromYaml(withGates(...lines)).gates ?? [];
/** The problems of a gate on line 3. */
const problems = (line: string): string[] => {
  const compiled = compileAgentsYaml(withGates(`- ${line}`));
  return compiled.ok ? [] : compiled.problems.map(formatProblem);
};

describe('gates of agents.yaml', () => {
  it('are read with their defaults', () => {
    expect(gates('- { metric: agent_restarts, max: 0 }')).toEqual([
      {
        name: 'agent_restarts',
        ask: { kind: 'metric', metric: 'agent_restarts' },
        ...{ max: 0, minSamples: 1, intervalMs: 10_000, timeoutMs: 10_000 },
        ...{ count: 1, failureLimit: 0, errorLimit: 4, noData: 'fail' },
      },
    ]);
    expect(agentsFromYaml('agents: { a: { command: x } }')).not.toHaveProperty('gates');
  });

  it('ask in five ways, and are called by what they ask', () => {
    const read = gates(
      '- { metric: errors_per_minute, compare: before, max_ratio: 1.5, min_samples: 3 }',
      "- { promql: 'histogram_quantile(0.99, x)', max: 0.25, interval: 15s, count: 4, no_data: pass }",
      '- { promql: up, min: 1 }',
      '- { exec: "check.sh --fast", timeout: 1m }',
      '- { webhook: "https://127.0.0.1/gate", name: approval }',
      '- { bus: Tasks_done, compare: hosts, max_ratio: 2, agents: [vision] }',
    );
    expect(read.map(({ name }) => name)).toEqual([
      ...['errors_per_minute', 'promql', 'promql-2', 'exec', 'approval', 'tasks_done'],
    ]);
    expect(read[0]).toMatchObject({ compare: 'before', maxRatio: 1.5, minSamples: 3 });
    expect(read[1]).toMatchObject({ ask: { kind: 'promql', query: 'histogram_quantile(0.99, x)' }, count: 4 });
    expect(read[3]).toMatchObject({ ask: { kind: 'exec', command: ['check.sh', '--fast'] }, timeoutMs: 60_000 });
    expect(read[5]).toMatchObject({ ask: { kind: 'bus', name: 'Tasks_done' }, agents: ['vision'], minSamples: 3 });
  });

  it('take limits in the units of their metric', () => {
    const read = gates(
      '- { metric: probe_seconds, max: 250ms }',
      '- { metric: memory_growth, max: 10M }',
      '- { metric: unready_seconds, max: 1.5 }',
    );
    expect(read.map(({ max }) => max)).toEqual([0.25, 10 * 1024 * 1024, 1.5]);
  });

  it.each([
    ['{ metric: agent_restart, max: 0 }', 'metric must be agent_restarts, unready_seconds, errors_per_minute,'],
    ['{ metric: agent_restart, max: 0 }', 'Did you mean "agent_restarts"?'],
    ['{ max: 0 }', 'gates[0] asks nothing: give it exactly one of metric, bus, promql, exec, webhook.'],
    ['{ metric: agent_restarts, promql: up, max: 0 }', 'gates[0] asks metric and promql: give it exactly one of'],
    ['{ metric: agent_restarts }', 'gates[0] has no limit: give it max or min.'],
    ['{ metric: agent_restarts, compare: before }', 'gates[0] has no limit: give it max_ratio, such as 1.5.'],
    ['{ metric: agent_restarts, compare: before, max: 1 }', 'gates[0].compare needs max_ratio'],
    ['{ metric: agent_restarts, max_ratio: 2 }', 'gates[0].max_ratio needs compare: before (the switch) or hosts'],
    [
      '{ metric: agent_restarts, compare: after, max_ratio: 2 }',
      'gates[0].compare must be before or hosts, not "after"',
    ],
    ['{ metric: agent_restarts, max: many }', 'gates[0].max must be a number, not "many".'],
    ['{ metric: probe_seconds, max: fast }', 'gates[0].max must be seconds as a number, or a duration such as'],
    ['{ metric: agent_restarts, max: 1, min: 2 }', 'gates[0].min is above max: nothing could pass.'],
    ['{ metric: agent_restarts, max: -1 }', 'gates[0].max is below 0: nothing could pass.'],
    ['{ metric: agent_restarts, max: 1, count: 0 }', 'gates[0].count must be a whole number from 1 to 1000, not 0.'],
    ['{ metric: agent_restarts, max: 1, no_data: ignore }', 'gates[0].no_data must be fail, inconclusive or pass'],
    [
      '{ metric: agent_restarts, max: 1, agents: [visoin] }',
      'names "visoin", which is no agent of this app. Did you mean "vision"?',
    ],
    ['{ metric: agent_restarts, max: 1, interval: 10 }', 'gates[0].interval must be a duration'],
    ['{ metric: agent_restarts, treshold: 1, max: 1 }', 'gates[0].treshold is not known.'],
    ['{ metric: agent_restarts, threshold: 1, max: 1 }', 'gates[0].threshold is not known here: use "max".'],
    ['{ bus: tasks-done, max: 1 }', 'gates[0].bus must be the name of a metric that agents send'],
    [
      '{ promql: up, min: 1, agents: [vision] }',
      'gates[0].agents is only for metric and bus: a gate with promql takes none.',
    ],
    ['{ exec: check.sh, max: 1 }', 'gates[0].max is only for gates that ask for numbers: a gate with exec takes none.'],
    ['{ webhook: "ftp://x", count: 2 }', 'gates[0].webhook must be a URL such as'],
    ['{ exec: "check ${HOST" }', 'gates[0].exec has "${HOST", which is no reference'],
    [
      '{ exec: "check ${OUTRIDER_HOST}" }',
      'gates[0].exec has ${OUTRIDER_HOST}, which no gate knows. Known here: OUTRIDER_APP',
    ],
    ['{ exec: check, name: health }', 'gates[0].name "health" is the gate that is always there.'],
    ['{ exec: "" }', 'gates[0].exec must be a command'],
  ])('%s is refused: %s', (line, sentence) => {
    const found = problems(line);
    expect(found.join('\n')).toContain(sentence);
    expect(found[0]).toMatch(/^agents\.yaml:3: gates\[0\]/);
  });

  it('are a list, each with a name of its own', () => {
    const of = (text: string): string[] => {
      const compiled = compileAgentsYaml(`agents: { a: { command: x } }\ngates: ${text}`);
      return compiled.ok ? [] : compiled.problems.map(formatProblem);
    };
    expect(of('{ metric: agent_restarts, max: 0 }')).toEqual([
      'agents.yaml:2: gates must be a list, such as [{ metric: agent_restarts, max: 0 }].',
    ]);
    expect(of('[{ exec: x, name: a }, { exec: y, name: a }]')).toEqual([
      'agents.yaml:2: gates[1].name "a" is there twice.',
    ]);
  });
});

describe('resolveGates', () => {
  const around = { version: '2', environment: 'test', settings: { LIMIT_URL: 'http://127.0.0.1:1' }, prometheus: true };
  const spec = (...lines: string[]) => agentsFromYaml(withGates(...lines));

  it('fills in settings and what is rolled out', () => {
    const text = '- { promql: "errors{v=\\"${OUTRIDER_VERSION}\\",app=\\"${OUTRIDER_APP}\\"}", max: 1 }';
    const { gates: filled, problems: found } = resolveGates({
      ...around,
      spec: spec(text, '- { webhook: "${LIMIT_URL}/x" }', '- { exec: [check, "${WORD:-well}"] }'),
    });
    expect(found).toEqual([]);
    expect(filled.map(({ ask }) => ask)).toEqual([
      { kind: 'promql', query: 'errors{v="2",app="default"}' },
      { kind: 'webhook', url: 'http://127.0.0.1:1/x' },
      { kind: 'exec', command: ['check', 'well'] },
    ]);
  });

  it('says what is missing', () => {
    const { problems: found } = resolveGates({
      ...around,
      prometheus: false,
      spec: spec('- { webhook: "${HOOK}" }', '- { promql: up, min: 1 }'),
    });
    expect(found).toEqual([
      'The gate webhook needs the setting HOOK, which the environment test does not have.',
      'The gate promql asks Prometheus, and coordinator.yaml does not say where it is: prometheus: { url: "http://127.0.0.1:9090" }.',
    ]);
  });
});
