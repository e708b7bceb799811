/** What a rollout would do, and what speaks against it. Knows no host but those it is given. */
import type { AppSpec } from '@outrider/shared/domain/agent.js';
import type { HookSpec } from '@outrider/shared/domain/hook.js';
import type { GateSpec } from '@outrider/shared/domain/gate.js';
import { diffAgents } from '@outrider/shared/domain/agent-diff.js';
import { dependencyLevels } from '@outrider/shared/domain/dependency.js';
import { type HostSpec, sameRelease } from '@outrider/shared/domain/release.js';
import type { Plan } from '@outrider/shared/domain/rollout.js';
import { joinedApps } from '@outrider/shared/domain/rollout-place.js';
import { asCarried } from './carried.js';
import { gatesFor } from './plan-gates.js';
import { hookLines, hooksOfApp } from './plan-hooks.js';
import { orderHosts } from './host-order.js';
import { busyNotices, busyProblems } from './plan-busy.js';
import { contradictionIn, ruleOf, type StrategyAsk } from './strategy.js';
import { canaryWave, wavesOf } from './waves.js';
import type { PlanHost, Target } from './plan-host.js';
import { portProblems, type ReservedPort } from './port-claims.js';

export interface PlanInput {
  readonly app: string;
  readonly version: string;
  readonly spec: AppSpec;
  /** The whole inventory. */
  readonly inventory: readonly PlanHost[];
  /** Empty: every host. */
  readonly onlyHosts: readonly string[];
  /** Only hosts that have all of these. */
  readonly onlyLabels: Readonly<Record<string, string>>;
  /** A label whose values order the hosts; empty: their names do. */
  readonly orderBy: string;
  readonly ask: StrategyAsk;
  readonly skipDown: boolean;
  /** What is under way of the app ends first; absent: it does not. */
  readonly supersede?: boolean;
  /** Only these come to the release; absent: all do. `resolve` knows it; what speaks against it is told here. */
  readonly partial?: {
    readonly agents: readonly string[];
    /** Names of those that have one of them, or would get one, also of those that are down. */
    readonly hosts: readonly string[];
    readonly problems: readonly string[];
    readonly passing: readonly string[];
  };
  /** Of the release; absent: none. */
  readonly gates?: { readonly gates: readonly GateSpec[]; readonly problems: readonly string[] };
  /** Of the release; absent: none. */
  readonly hooks?: { readonly hooks: readonly HookSpec[]; readonly problems: readonly string[] };
  /** What one host is to run, everything of the environment filled in. */
  readonly resolve: (host: PlanHost) => { readonly spec: HostSpec; readonly problems: readonly string[] };
  /** Ports of Outrider's own on a host. */
  readonly reserved: (host: PlanHost) => readonly ReservedPort[];
  /** Over the canonical JSON of a value. */
  readonly digest: (value: unknown) => string;
  /** The nearest of the known names, where one is near. */
  readonly suggest: (name: string, known: readonly string[]) => string | undefined;
}

type Naming = Pick<PlanInput, 'inventory' | 'onlyHosts' | 'onlyLabels'>;

export interface Planned {
  readonly plan: Plan;
  /** In the order in which they are switched; empty where everything is as asked already. */
  readonly targets: readonly Target[];
  /** Of each target. */
  readonly waves: readonly number[];
  /** Those that each bake asks. */
  readonly gates: readonly GateSpec[];
  /** What is run before and after its steps. */
  readonly hooks: readonly HookSpec[];
  /** Those that were asked for and left out since they are down; they may come back with another release. */
  readonly skipped: readonly string[];
  /** The problems are all of the moment (a host is down, held, busy): nothing that was asked is wrong in itself. */
  readonly world: boolean;
}

/** One input for each app; what was asked is the same of all. A host is switched with all its apps. */
export function planRollout(inputs: readonly [PlanInput, ...PlanInput[]]): Planned {
  const [first] = inputs;
  const { ask, orderBy, digest, partial, supersede = false } = first;
  const surveys = inputs.map((input) => survey(input, inputs.length > 1 ? { app: input.app } : {}));
  const involved = surveys.flatMap((one) => one.involved);
  const changed = involved.filter(({ from, to }) => from === undefined || !sameRelease(from, to));
  const passing = [...downProblems(first), ...busyProblems(changed, supersede), ...(partial?.passing ?? [])];
  const targets = orderHosts(changed, orderBy);
  const rule = ruleOf(ask);
  const waves = wavesOf(targets, rule);
  const canary = canaryWave(wavesOfHosts(targets, waves), rule.canary);
  const { gates, hooks, problems: beside } = besides(inputs, targets, waves);
  const problems = [
    ...contradictions(first),
    ...namingProblems(first),
    ...(partial?.problems ?? []),
    ...surveys.flatMap((one) => one.problems),
    ...portProblems(involved, first.reserved),
    ...beside,
  ];
  const hosts = targets.map(({ host, app, spec, from, to }, index) => ({
    host: host.name,
    ...(app === undefined ? {} : { app }),
    wave: waves[index] ?? 1,
    ...(from === undefined ? {} : { from: from.version }),
    actions: diffAgents(host.app?.agents ?? [], asCarried(spec.agents, host.app)),
    release: to,
  }));
  const content = {
    ...{ app: joinedApps(inputs.map(({ app }) => app)), version: first.version, strategy: ask.strategy },
    ...(partial === undefined ? {} : { agents: partial.agents }),
    ...(canary === 0 ? {} : { canaryWave: canary }),
    ...{ hosts, problems: [...new Set([...problems, ...passing])] },
  };
  const asked = { ...(gates.length === 0 ? {} : { gates }), ...(hooks.length === 0 ? {} : { hooks }) };
  const identity = { ...content, to: targets.map(({ to }) => to), ...asked };
  const names = {
    ...(gates.length === 0 ? {} : { gates: gates.map(({ name }) => name) }),
    ...(hooks.length === 0 ? {} : { hooks: hookLines(hooks, targets) }),
  };
  const skipped = first.skipDown ? concernedHosts(first).filter(({ state }) => state === 'down') : [];
  const notices = [...skippedNotices(skipped), ...busyNotices(changed, supersede)];
  const told = { ...names, ...(notices.length === 0 ? {} : { notices }) };
  const plan = { plan: digest(identity).slice(0, 12), ...content, ...told };
  const world = problems.length === 0;
  return {
    plan: world ? plan : { ...plan, invalid: true },
    ...{ targets, waves, gates, hooks, world, skipped: skipped.map(({ name }) => name) },
  };
}

/** Gates and hooks of all apps. */
function besides(
  inputs: readonly PlanInput[],
  targets: readonly Target[],
  waves: readonly number[],
): Pick<Planned, 'gates' | 'hooks'> & { readonly problems: readonly string[] } {
  const several = inputs.length > 1;
  const gates = inputs.map((input) => gatesOf(input, several, targets, waves));
  const wrong = inputs.flatMap(({ app, hooks }) =>
    (hooks?.problems ?? []).map((problem) => aboutApp(problem, several ? app : undefined)),
  );
  return {
    gates: gates.flatMap((one) => one.gates),
    hooks: targets.length === 0 ? [] : inputs.flatMap((input) => hooksOf(input, several)),
    problems: [...gates.flatMap((one) => one.problems), ...wrong],
  };
}

/** What concerns one app alone. `of`: its name, where it is one of several. */
function survey(
  input: PlanInput,
  of: Pick<Target, 'app'>,
): { readonly involved: readonly Target[]; readonly problems: readonly string[] } {
  const found: string[] = [];
  const chosen = chooseHosts(input);
  const candidates = chosen.map((host) => ({ ...targetOf(input, host, found), ...of }));
  const problems = [...cycleProblems(input.spec, of.app), ...found.map((problem) => aboutApp(problem, of.app))];
  const involved = candidates.filter(({ spec, host }) => spec.agents.length > 0 || (host.app?.agents.length ?? 0) > 0);
  if (involved.every(({ spec }) => spec.agents.length === 0) && problems.length === 0 && chosen.length > 0) {
    problems.push(`${input.app} ${input.version} has no agents on ${list(chosen.map((host) => host.name))}.`);
  }
  return { involved, problems };
}

/** A sentence that says nothing of the app, about one of several. */
export const aboutApp = (sentence: string, app: string | undefined): string =>
  app === undefined ? sentence : `${app}: ${sentence}`;

/** Of several apps each gate carries the name of its own. */
function gatesOf(
  { app, gates: given }: PlanInput,
  isOneOfSeveral: boolean,
  targets: readonly Target[],
  waves: readonly number[],
): ReturnType<typeof gatesFor> {
  const { gates = [], problems = [] } = given ?? {};
  if (!isOneOfSeveral) return withProblems(gatesFor(gates, targets, waves), problems);
  const mine = targets
    .map((target, index) => ({ target, wave: waves[index] ?? 1 }))
    .filter((one) => one.target.app === app);
  const named = gates.map((gate) => ({ ...gate, app, name: `${app}/${gate.name}` }));
  const found = gatesFor(
    named,
    mine.map(({ target }) => target),
    mine.map(({ wave }) => wave),
  );
  return withProblems(
    found,
    problems.map((problem) => aboutApp(problem, app)),
  );
}

/** Of several apps each hook carries the name of its own, and is about that app alone. */
const hooksOf = ({ app, hooks }: PlanInput, isOneOfSeveral: boolean): readonly HookSpec[] =>
  isOneOfSeveral ? hooksOfApp(hooks?.hooks ?? [], app) : (hooks?.hooks ?? []);

const withProblems = (
  { gates, problems }: ReturnType<typeof gatesFor>,
  more: readonly string[],
): ReturnType<typeof gatesFor> => ({ gates, problems: [...more, ...problems] });

const wavesOfHosts = (targets: readonly Target[], waves: readonly number[]): readonly number[] =>
  waves.filter((_, index) => targets[index]?.host.name !== targets[index - 1]?.host.name);

/** Those that the plan is for, the ones that are down among them. */
export const namedHosts = ({ inventory, onlyHosts, onlyLabels }: Naming): readonly PlanHost[] =>
  inventory.filter(
    ({ name, labels }) =>
      (onlyHosts.length === 0 || onlyHosts.includes(name)) &&
      Object.entries(onlyLabels).every(([label, value]) => labels[label] === value),
  );

function contradictions({ ask }: PlanInput): string[] {
  const sentence = contradictionIn(ask);
  return sentence === undefined ? [] : [sentence];
}

const chooseHosts = (input: PlanInput): readonly PlanHost[] =>
  concernedHosts(input).filter((host) => host.state !== 'down');

const concernedHosts = (input: PlanInput): readonly PlanHost[] =>
  namedHosts(input).filter(({ name }) => input.partial === undefined || input.partial.hosts.includes(name));

function downProblems(input: PlanInput): string[] {
  if (input.inventory.length === 0) {
    return ['No host is known yet: start a sidecar, or name hosts in coordinator.yaml.'];
  }
  const down = input.skipDown ? [] : concernedHosts(input).filter((host) => host.state === 'down');
  return down.map(({ name, address, mistaken, cutOff }) => {
    if (mistaken !== undefined) return `${mistaken}. Correct its address, or leave it out with --skip-down.`;
    return cutOff === true
      ? `Host ${name} (${address}) lives, as Redis hears, but nothing reaches it from the coordinator. Mend the way to it, or leave it out with --skip-down.`
      : `Host ${name} (${address}) is down. Bring it back, or leave it out with --skip-down.`;
  });
}

const skippedNotices = (skipped: readonly PlanHost[]): readonly string[] =>
  skipped.map(({ name }) => `Host ${name} is out of reach and is left out, as --skip-down says.`);

function targetOf(input: PlanInput, host: PlanHost, problems: string[]): Target {
  const { spec, problems: unresolved } = input.resolve(host);
  problems.push(...unresolved);
  const to = { version: spec.version, digest: spec.digest, specDigest: input.digest(spec) };
  const from = host.app?.active;
  return { host, spec, to, ...(from === undefined ? {} : { from }) };
}

/** What agents.yaml says of hosts is checked where it is resolved. */
function namingProblems(input: PlanInput): string[] {
  const known = input.inventory.map((host) => host.name);
  if (known.length === 0) return [];
  const labels = Object.entries(input.onlyLabels).map(([label, value]) => `${label}=${value}`);
  if (labels.length > 0 && namedHosts(input).length === 0) {
    return [`--label: no host has ${labels.join(' and ')}. ${SEE_LABELS}`];
  }
  const unordered = input.orderBy !== '' && !input.inventory.some((host) => input.orderBy in host.labels);
  const problems = unordered ? [`--order-by: no host has the label "${input.orderBy}". ${SEE_LABELS}`] : [];
  const strange = input.onlyHosts
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = input.suggest(name, known);
      const hint = near === undefined ? `Known hosts: ${list(known)}.` : `Did you mean "${near}"?`;
      return `--hosts names "${name}", which is no host of this environment. ${hint}`;
    });
  return [...problems, ...strange];
}

const SEE_LABELS = 'Labels of hosts are shown by "coordinator hosts".';

function cycleProblems(spec: AppSpec, app?: string): string[] {
  const levels = dependencyLevels(spec.agents);
  const whose = app === undefined ? '' : ` of ${app}`;
  return 'cycle' in levels
    ? [`agents.yaml${whose}: depends_on goes round in a circle: ${levels.cycle.join(' -> ')}.`]
    : [];
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'no host' : names.join(', '));
