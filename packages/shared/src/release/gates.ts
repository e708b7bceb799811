/** What concerns several gates, or a gate and its surroundings: names, agents, settings. */
import type { AppSpec } from '../domain/agent.js';
import type { GateQuestion, GateSpec } from '../domain/gate.js';
import { didYouMean } from '../runtime/suggest.js';
import type { ValuePath } from '../runtime/yaml-source.js';
import { fillerOf, problemsOfReferences, type Surroundings } from './own-references.js';
import { problemOfHttpUrl } from './spec-strings.js';

export type UnnamedGate = Omit<GateSpec, 'name'> & { readonly name?: string };

/** Who has no name gets that of what it asks: `agent_restarts`, `promql`, and `promql-2` for the second of them. */
export function namedGates(gates: readonly UnnamedGate[]): readonly GateSpec[] {
  const taken = new Set(gates.flatMap(({ name }) => (name === undefined ? [] : [name])));
  return gates.map((gate) => {
    if (gate.name !== undefined) return { ...gate, name: gate.name };
    const base = baseName(gate.ask);
    let name = base;
    for (let index = 2; taken.has(name); index += 1) name = `${base}-${index}`;
    taken.add(name);
    return { ...gate, name };
  });
}

/** What events and metrics call the proof of health. */
const HEALTH = 'health';

const baseName = (ask: GateQuestion): string =>
  ask.kind === 'metric' ? ask.metric : ask.kind === 'bus' ? ask.name.toLowerCase() : ask.kind;

/** Paths begin below `gates`. */
export function gateProblems(
  gates: readonly GateSpec[],
  agents: readonly string[],
): { readonly path: ValuePath; readonly message: string }[] {
  return gates.flatMap(({ name, agents: named = [], ask }, index) => {
    const twice = gates.findIndex((other) => other.name === name) < index;
    const unknown = named.flatMap((agent, place) =>
      agents.includes(agent)
        ? []
        : [
            {
              path: [index, 'agents', place],
              message: `names "${agent}", which is no agent of this app.${didYouMean(agent, agents)}`,
            },
          ],
    );
    return [
      ...(name === HEALTH ? [{ path: [index, 'name'], message: `"${HEALTH}" is the gate that is always there.` }] : []),
      ...(twice ? [{ path: [index, 'name'], message: `"${name}" is there twice.` }] : []),
      ...unknown,
      ...problemsOfQuestion(ask).map((message) => ({ path: [index, ask.kind], message })),
    ];
  });
}

/** What of Outrider's own may stand in a gate: no host is asking. */
export const GATE_VARIABLES = ['OUTRIDER_APP', 'OUTRIDER_VERSION', 'OUTRIDER_ENVIRONMENT'] as const;

function problemsOfQuestion(ask: GateQuestion): string[] {
  const found: string[] = [];
  fillQuestion(ask, (value) => {
    const unknown = (name: string): string =>
      `has \${${name}}, which no gate knows. Known here: ${GATE_VARIABLES.join(', ')}.`;
    found.push(...problemsOfReferences(value, GATE_VARIABLES, unknown));
    return value;
  });
  return found;
}

function fillQuestion(ask: GateQuestion, fill: (value: string) => string): GateQuestion {
  switch (ask.kind) {
    case 'promql':
      return { ...ask, query: fill(ask.query) };
    case 'exec':
      return { ...ask, command: ask.command.map(fill) };
    case 'webhook':
      return { ...ask, url: fill(ask.url) };
    case 'metric':
    case 'bus':
      return ask;
  }
}

export interface GatesInput extends Omit<Surroundings, 'app'> {
  readonly spec: AppSpec;
  /** Whether the coordinator knows a Prometheus server. */
  readonly prometheus: boolean;
}

/** The gates of a release with everything of the environment filled in; problems are sentences. */
export function resolveGates({ spec, prometheus, ...around }: GatesInput): {
  readonly gates: readonly GateSpec[];
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const gates = (spec.gates ?? []).map((gate): GateSpec => {
    const fill = fillerOf({ app: spec.app, ...around }, (setting) => {
      problems.push(
        `The gate ${gate.name} needs the setting ${setting}, which the environment ${around.environment} does not have.`,
      );
    });
    if (gate.ask.kind === 'promql' && !prometheus) {
      problems.push(
        `The gate ${gate.name} asks Prometheus, and coordinator.yaml does not say where it is: prometheus: { url: "http://127.0.0.1:9090" }.`,
      );
    }
    const ask = fillQuestion(gate.ask, fill);
    const wrong = ask.kind === 'webhook' ? problemOfHttpUrl(ask.url) : undefined;
    if (wrong !== undefined && problems.length === 0) problems.push(`The webhook of the gate ${gate.name} ${wrong}`);
    return { ...gate, ask };
  });
  return { gates, problems };
}
