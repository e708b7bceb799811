/** Compiles the text of an agents.yaml into an `AppSpec`, or says everything that is wrong with it, with lines. */
import type { AgentSpec, AppSpec } from '../domain/agent.js';
import { dependencyLevels } from '../domain/dependency.js';
import type { GateSpec } from '../domain/gate.js';
import { isName, NAME_RULE } from '../domain/name.js';
import { check, formatPath } from '../runtime/checked.js';
import { byLine, type Problem, problemsError } from '../runtime/problem.js';
import { didYouMean } from '../runtime/suggest.js';
import { parseYaml, type ValuePath, type YamlSource } from '../runtime/yaml-source.js';
import { type AgentBody, appSchema } from './agents-schema.js';
import { gateProblems, namedGates } from './gates.js';
import { hookProblems, namedHooks } from './hooks.js';
import { AGENTS_FILE } from './manifest.js';
import { problemsOfPlaces } from './places.js';
import { problemsOfReferences } from './spec-walk.js';

export type CompiledAgents =
  { readonly ok: true; readonly spec: AppSpec } | { readonly ok: false; readonly problems: readonly Problem[] };

/** `file` is what the messages call it. Never throws. */
export function compileAgentsYaml(text: string, file: string = AGENTS_FILE): CompiledAgents {
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  const { source } = parsed;
  const value = withoutExtensions(source.value);
  const checked = check(appSchema, value);
  if (!checked.ok) {
    const problems = checked.findings.map(({ path, message }) => problemAt(source, path, message));
    return { ok: false, problems: problems.sort(byLine) };
  }
  const agents = Object.entries(checked.value.agents).map(([name, body]) => named(name, body, source));
  const gates = namedGates(checked.value.gates);
  const hooks = namedHooks(checked.value.hooks);
  const prepare = checked.value.prepare.map((step) => ({
    ...step,
    environment: asWritten(step.environment, ['prepare', step.name, 'environment'], source),
  }));
  const problems = [
    ...problemsBetween(agents, source),
    ...problemsOfPlaces(agents, prepare).map(({ path, message }) => problemAt(source, path, message)),
    ...problemsOfGates(gates, agents, source),
    ...hookProblems(hooks).map(({ path, message }) => problemAt(source, ['hooks', ...path], message)),
  ].sort(byLine);
  if (problems.length > 0) return { ok: false, problems };
  const declared = {
    ...(gates.length === 0 ? {} : { gates }),
    ...(hooks.length === 0 ? {} : { hooks }),
    ...(prepare.length === 0 ? {} : { prepare }),
  };
  return { ok: true, spec: { app: checked.value.app, agents, ...declared } };
}

/** The same, for who wants an exception. @throws OutriderError('invalid') with one line for each problem. */
export function agentsFromYaml(text: string, file: string = AGENTS_FILE): AppSpec {
  const compiled = compileAgentsYaml(text, file);
  if (!compiled.ok) throw problemsError(compiled.problems);
  return compiled.spec;
}

function problemAt(source: YamlSource, path: ValuePath, message: string): Problem {
  const where = formatPath(path);
  const subject = where === '' ? (source.value === null ? 'The file is empty: it' : 'The file') : where;
  return { file: source.file, line: source.lineOf(path), path: where, sentence: `${subject} ${message}` };
}

/** `x-...` at the top is for anchors, as in Compose. */
function withoutExtensions(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('x-')));
}

function named(name: string, body: AgentBody, source: YamlSource): AgentSpec {
  return { name, ...body, environment: asWritten(body.environment, ['agents', name, 'environment'], source) };
}

/** Numbers among variables stay as they are written: `1.10` is no `1.1`. */
function asWritten(
  variables: Readonly<Record<string, string>>,
  at: ValuePath,
  source: YamlSource,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => {
      const written = source.textOf([...at, key]);
      return [key, Number.isNaN(Number(value)) || written === undefined ? value : written];
    }),
  );
}

function problemsBetween(agents: readonly AgentSpec[], source: YamlSource): Problem[] {
  if (agents.length === 0) return [problemAt(source, ['agents'], 'declares no agent: give it at least one.')];
  const names = agents.map((agent) => agent.name);
  const problems = agents.flatMap((agent) => {
    const at = (path: ValuePath, message: string) => problemAt(source, ['agents', agent.name, ...path], message);
    return [
      ...(isName(agent.name) ? [] : [at([], `is no name of an agent: ${NAME_RULE}.`)]),
      ...problemsOfDependencies(agent, names, at, source),
      ...problemsOfSockets(agent, at),
      ...problemsOfSecrets(agent, at),
      ...problemsOfScaling(agent, at),
      ...problemsOfReferences(agent).map(({ path, message }) => at(path, message)),
    ];
  });
  if (problems.length > 0) return problems;
  const order = dependencyLevels(agents);
  if (!('cycle' in order)) return [];
  const [first = ''] = order.cycle;
  return [problemAt(source, ['agents', first, 'depends_on'], `goes round in a circle: ${order.cycle.join(' -> ')}.`)];
}

function problemsOfGates(gates: readonly GateSpec[], agents: readonly AgentSpec[], source: YamlSource): Problem[] {
  const names = agents.map((agent) => agent.name);
  return gateProblems(gates, names).map(({ path, message }) => problemAt(source, ['gates', ...path], message));
}

type At = (path: ValuePath, message: string) => Problem;

function problemsOfDependencies(agent: AgentSpec, names: readonly string[], at: At, source: YamlSource): Problem[] {
  return agent.dependsOn.flatMap(({ agent: other }, index) => {
    if (names.includes(other) && other !== agent.name) return [];
    const written = (source.value as { agents: Record<string, { depends_on?: unknown }> }).agents[agent.name];
    const line = source.lineOf([
      'agents',
      agent.name,
      'depends_on',
      Array.isArray(written?.depends_on) ? index : other,
    ]);
    const message =
      other === agent.name
        ? 'names the agent itself.'
        : `names "${other}", which is no agent of this app.${didYouMean(other, names)}`;
    return [{ ...at(['depends_on'], message), line }];
  });
}

/** Each is a variable too. */
function problemsOfSecrets({ secrets = [], environment }: AgentSpec, at: At): Problem[] {
  return secrets.flatMap((secret, index) => {
    if (secrets.indexOf(secret) < index) return [at(['secrets', index], `"${secret}" is there twice.`)];
    return Object.hasOwn(environment, secret)
      ? [at(['secrets', index], `"${secret}" is a variable of this agent too: leave one of them out.`)]
      : [];
  });
}

/** A share of memory needs the whole that it is a share of. */
function problemsOfScaling({ scaling, resources }: AgentSpec, at: At): Problem[] {
  if (resources?.memoryBytes !== undefined) return [];
  return (scaling?.targets ?? [])
    .filter(({ metric }) => metric === 'memory')
    .map(() =>
      at(
        ['replicas', 'target', 'memory'],
        'is a share of resources.memory, which is not set: set it, or leave this out.',
      ),
    );
}

function problemsOfSockets(agent: AgentSpec, at: At): Problem[] {
  return agent.sockets.flatMap((socket, index) => {
    const earlier = agent.sockets.slice(0, index);
    if (earlier.some((other) => other.name === socket.name)) {
      return [at(['sockets', index, 'name'], `"${socket.name}" is there twice.`)];
    }
    if (earlier.some((other) => other.listen === socket.listen)) {
      return [at(['sockets', index, 'listen'], `"${socket.listen}" is there twice.`)];
    }
    return [];
  });
}
