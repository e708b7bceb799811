/**
 * Fits what was imported to what agents.yaml accepts: a setting that is refused becomes a comment that says why,
 * and an agent without a command is shown and not run. What comes out has been compiled as it is printed.
 */
import type { CompiledAgents } from '@outrider/shared/release/agents-yaml.js';
import { formatProblem, type Problem } from '@outrider/shared/runtime/problem.js';
import { stringify } from 'yaml';
import type { Imported, ImportedAgent, Note } from './imported.js';
import { render } from './render.js';
import { isMap, type ValueMap } from './values.js';

export interface Fitted extends Imported {
  /** They have no command: a person must write one. */
  readonly leftOut: readonly ImportedAgent[];
  /** What is refused and belongs to no setting that could be taken out. */
  readonly problems: readonly Problem[];
  /** The agents.yaml. */
  readonly text: string;
}

export type Compile = (text: string) => CompiledAgents;

/** More settings than this are never refused. */
const MOST_ROUNDS = 1000;

export function fit(imported: Imported, from: string, compile: Compile): Fitted {
  let agents = imported.agents;
  for (let round = 0; ; round += 1) {
    const parts = { ...imported, ...apart(agents) };
    const text = render({ ...parts, from, problems: [] });
    const compiled = compile(text);
    if (compiled.ok) return { ...parts, problems: [], text };
    const next = without(compiled.problems, agents);
    if (next === undefined || round === MOST_ROUNDS) {
      const { problems } = compiled;
      return { ...parts, problems, text: render({ ...parts, from, problems: problems.map(formatProblem) }) };
    }
    agents = next;
  }
}

/** Those that can run, with what they need of those that cannot taken out; and the others. */
function apart(all: readonly ImportedAgent[]): {
  readonly agents: readonly ImportedAgent[];
  readonly leftOut: readonly ImportedAgent[];
} {
  const runs = ({ settings }: ImportedAgent): boolean => settings['command'] !== undefined;
  const names = new Set(all.filter(runs).map(({ name }) => name));
  const agents = all.filter(runs).map((agent): ImportedAgent => {
    const wanted = agent.settings['depends_on'];
    if (!isMap(wanted)) return agent;
    const lost = Object.keys(wanted).filter((name) => !names.has(name));
    if (lost.length === 0) return agent;
    const kept = Object.fromEntries(Object.entries(wanted).filter(([name]) => names.has(name)));
    const notes = lost.map((name): Note => ({
      about: 'depends_on',
      text: `${name} is no agent that can run here: whether it is there must be known otherwise.`,
    }));
    return { ...agent, settings: withSetting(agent.settings, 'depends_on', kept), notes: [...agent.notes, ...notes] };
  });
  return { agents, leftOut: all.filter((agent) => !runs(agent)) };
}

/** The agents without what the problems are about; undefined: none of them can be taken out. */
function without(problems: readonly Problem[], agents: readonly ImportedAgent[]): readonly ImportedAgent[] | undefined {
  const byLength = agents.toSorted((a, b) => b.name.length - a.name.length);
  const changed = new Map<string, ImportedAgent>();
  for (const problem of problems) {
    const found = byLength.find(({ name }) => follows(problem.path, `agents.${name}`));
    if (found === undefined) continue;
    const agent = changed.get(found.name) ?? found;
    const reason = reasonOf(problem);
    const cut = withoutPath(agent.settings, problem.path.slice(`agents.${found.name}`.length + 1));
    if (cut === undefined) continue;
    const shown = stringify(cut.taken, { collectionStyle: 'flow', lineWidth: 0 })
      .trim()
      .replace(/^\{\s*|\s*\}$/g, '');
    const note = { about: shown, text: `was taken out: ${cut.path} ${reason}` };
    changed.set(found.name, { ...agent, settings: safely(cut.settings, cut.path), notes: [...agent.notes, note] });
  }
  return changed.size === 0 ? undefined : agents.map((agent) => changed.get(agent.name) ?? agent);
}

/** Without its subject, and without a list of all that would be known. */
function reasonOf({ path, sentence }: Problem): string {
  const reason = sentence.startsWith(path) ? sentence.slice(path.length).trim() : sentence;
  return reason.replace(/ Known here: .*$/s, '');
}

const follows = (path: string, parent: string): boolean =>
  path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);

/** What waits for a profile must not start because there are no profiles. */
const safely = (settings: ValueMap, taken: string): ValueMap =>
  taken === 'profiles' ? withSetting(settings, 'replicas', 0) : settings;

interface Cut {
  readonly settings: ValueMap;
  readonly taken: ValueMap;
  readonly path: string;
}

/** Takes out the least: one key of a map, where it can be missing. */
function withoutPath(settings: ValueMap, path: string): Cut | undefined {
  const key = Object.keys(settings).find((name) => follows(path, name));
  if (key === undefined) return undefined;
  const value = settings[key];
  const rest = path.slice(key.length + 1);
  const inner = isMap(value) && rest !== '' ? withoutPath(value, rest) : undefined;
  if (inner !== undefined && !isWhole(inner.path)) {
    return {
      settings: withSetting(settings, key, inner.settings),
      taken: { [key]: inner.taken },
      path: `${key}.${inner.path}`,
    };
  }
  return { settings: withSetting(settings, key, undefined), taken: { [key]: value }, path: key };
}

/** A dependency without its condition would wait for something else. */
const isWhole = (path: string): boolean => path === 'condition';

/** A map that is empty, or nothing, is no setting. */
function withSetting(settings: ValueMap, key: string, value: unknown): ValueMap {
  if (value !== undefined && !(isMap(value) && Object.keys(value).length === 0)) return { ...settings, [key]: value };
  const { [key]: _, ...others } = settings;
  return others;
}
