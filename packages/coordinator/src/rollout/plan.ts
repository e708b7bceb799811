/** What a rollout would do, and what speaks against it. Knows no host but those it is given. */
import type { AppSpec } from '@outrider/shared/domain/agent.js';
import type { HookSpec } from '@outrider/shared/domain/hook.js';
import type { GateSpec } from '@outrider/shared/domain/gate.js';
import { heldWords } from '@outrider/shared/domain/host.js';
import { diffAgents } from '@outrider/shared/domain/agent-diff.js';
import { dependencyLevels } from '@outrider/shared/domain/dependency.js';
import { type HostSpec, sameRelease } from '@outrider/shared/domain/release.js';
import type { Plan } from '@outrider/shared/domain/rollout.js';
import { gatesFor } from './plan-gates.js';
import { hookLines } from './plan-hooks.js';
import { orderHosts } from './host-order.js';
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
  /** The problems are all of the moment (a host is down, held, busy): nothing that was asked is wrong in itself. */
  readonly world: boolean;
}

export function planRollout(input: PlanInput): Planned {
  const problems: string[] = [...contradictions(input), ...namingProblems(input), ...cycleProblems(input.spec)];
  const chosen = chooseHosts(input);
  const candidates = chosen.map((host) => targetOf(input, host, problems));
  const involved = candidates.filter(({ spec, host }) => spec.agents.length > 0 || (host.app?.agents.length ?? 0) > 0);
  if (involved.every(({ spec }) => spec.agents.length === 0) && problems.length === 0 && chosen.length > 0) {
    problems.push(`${input.app} ${input.version} has no agents on ${list(chosen.map((host) => host.name))}.`);
  }
  problems.push(...portProblems(involved, input.reserved));
  const changed = involved.filter(({ from, to }) => from === undefined || !sameRelease(from, to));
  const passing = [...downProblems(input), ...busyProblems(changed)];
  const targets = orderHosts(changed, input.orderBy);
  const rule = ruleOf(input.ask);
  const waves = wavesOf(targets, rule);
  const canary = canaryWave(waves, rule.canary);
  const { gates, problems: wrong } = gatesFor(input.gates?.gates ?? [], targets, waves);
  problems.push(...(input.gates?.problems ?? []), ...wrong, ...(input.hooks?.problems ?? []));
  const hooks = targets.length === 0 ? [] : (input.hooks?.hooks ?? []);
  const hosts = targets.map(({ host, spec, from }, index) => ({
    host: host.name,
    wave: waves[index] ?? 1,
    ...(from === undefined ? {} : { from: from.version }),
    actions: diffAgents(host.app?.agents ?? [], spec.agents),
  }));
  const content = {
    ...{ app: input.app, version: input.version, strategy: input.ask.strategy },
    ...(canary === 0 ? {} : { canaryWave: canary }),
    ...{ hosts, problems: [...new Set([...problems, ...passing])] },
  };
  const asked = { ...(gates.length === 0 ? {} : { gates }), ...(hooks.length === 0 ? {} : { hooks }) };
  const identity = { ...content, to: targets.map(({ to }) => to), ...asked };
  const names = {
    ...(gates.length === 0 ? {} : { gates: gates.map(({ name }) => name) }),
    ...(hooks.length === 0 ? {} : { hooks: hookLines(hooks, targets[0]?.host.name ?? '') }),
  };
  const plan = { plan: input.digest(identity).slice(0, 12), ...content, ...names };
  const world = problems.length === 0;
  return { plan: world ? plan : { ...plan, invalid: true }, targets, waves, gates, hooks, world };
}

const namedHosts = ({ inventory, onlyHosts, onlyLabels }: PlanInput): readonly PlanHost[] =>
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
  namedHosts(input).filter((host) => host.state !== 'down');

function downProblems(input: PlanInput): string[] {
  if (input.inventory.length === 0) {
    return ['No host is known yet: start a sidecar, or name hosts in coordinator.yaml.'];
  }
  const down = input.skipDown ? [] : namedHosts(input).filter((host) => host.state === 'down');
  return down.map(({ name, address, mistaken }) =>
    mistaken === undefined
      ? `Host ${name} (${address}) is down. Bring it back, or leave it out with --skip-down.`
      : `${mistaken}. Correct its address, or leave it out with --skip-down.`,
  );
}

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
    return [`--label: no host has ${labels.join(' and ')}. Labels of hosts are shown by "coordinator hosts".`];
  }
  return input.onlyHosts
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = input.suggest(name, known);
      const hint = near === undefined ? `Known hosts: ${list(known)}.` : `Did you mean "${near}"?`;
      return `--hosts names "${name}", which is no host of this environment. ${hint}`;
    });
}

function cycleProblems(spec: AppSpec): string[] {
  const levels = dependencyLevels(spec.agents);
  return 'cycle' in levels ? [`agents.yaml: depends_on goes round in a circle: ${levels.cycle.join(' -> ')}.`] : [];
}

function busyProblems(targets: readonly Target[]): string[] {
  return targets.flatMap(({ host }) => {
    const phase = host.app?.phase;
    if (host.hold !== undefined) {
      return [`Host ${host.name} is ${heldWords(host.hold)}; release it with "coordinator host resume ${host.name}".`];
    }
    if (phase !== 'switching' && phase !== 'trial' && phase !== 'reverting') return [];
    return [
      `Host ${host.name} is in the middle of rollout ${host.app?.rollout ?? '?'} (${phase}); wait until it has ended.`,
    ];
  });
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'no host' : names.join(', '));
