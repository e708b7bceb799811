/**
 * One host with several agents, of which some at a time come to a release or go back: what is composed for it and how
 * the sidecar reconciles and starts are real, processes are names. Between the steps agents crash and the machine boots.
 */
import { compose, isConcerned } from '@outrider/coordinator/rollout/compose.js';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { diffAgents } from '@outrider/shared/domain/agent-diff.js';
import { keptReleases, releaseOf } from '@outrider/shared/domain/agent-release.js';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import type { Action } from '@outrider/sidecar/agent/action.js';
import { reconcile } from '@outrider/sidecar/agent/reconcile.js';
import type { View } from '@outrider/sidecar/agent/view.js';
import type { Origin } from '@outrider/sidecar/supervise/instance-record.js';
import { originOf } from '@outrider/sidecar/supervise/origin.js';
import type { Target } from '@outrider/sidecar/supervise/ports.js';
import { type Chance, chanceOf, pick } from './chance.js';

const NAMES = ['vision', 'speech', 'memory'];
const VERSIONS = ['1', '2', '3'];
const STEPS = 8;
/** Of reconciling: more than any change needs. */
const ROUNDS = 50;

interface Running {
  view: View;
  origin: Origin;
}

export interface SomeAgentsTold {
  readonly broken: readonly string[];
  readonly story: readonly string[];
}

export function tellSomeAgents(seed: number): SomeAgentsTold {
  const world = new SomeAgents(chanceOf(seed ^ 0xa9e7));
  for (let step = 0; step < STEPS; step++) world.step();
  return world;
}

class SomeAgents {
  readonly broken: string[] = [];
  readonly story: string[] = [];
  private readonly plain: ReadonlyMap<string, HostSpec>;
  private active: HostSpec;
  private previous: HostSpec | undefined;
  private processes: Running[] = [];
  private incarnations = 0;

  constructor(private readonly chance: Chance) {
    this.plain = new Map(VERSIONS.map((version) => [version, this.release(version)]));
    this.active = this.of('1');
    this.settle();
  }

  step(): void {
    const what = pick(this.chance, ['some', 'some', 'all', 'back', 'some back', 'crash', 'boot'] as const);
    const named = NAMES.filter(() => this.chance() < 0.5);
    const target = this.of(pick(this.chance, VERSIONS));
    this.story.push(`  host: ${what} (${named.join(' ')}) of ${target.version}, on ${inWords(this.active)}`);
    if (what === 'some') this.move(target, named);
    if (what === 'all') this.move(target, NAMES);
    if (what === 'some back' && this.previous !== undefined) this.move(this.previous, named);
    if (what === 'back' && this.previous !== undefined) this.become(this.previous);
    if (what === 'crash') this.startAgain(this.processes.filter(() => this.chance() < 0.5));
    if (what === 'boot') this.boot();
  }

  private boot(): void {
    this.processes = [];
    this.settle();
    this.judgeOrigins();
  }

  /** The named agents come to the target, and what is not named has to stay. */
  private move(target: HostSpec, agents: readonly string[]): void {
    const named = new Set(agents);
    if (!isConcerned({ target, running: this.active, named })) return;
    const before = { spec: this.active, processes: [...this.processes] };
    const composed = compose({ target, running: before.spec, named, digest: canonicalJson });
    const plan = diffAgents(before.spec.agents, composed.agents);
    this.become(composed);
    if (agents.length === NAMES.length && canonicalJson(composed) !== canonicalJson(target))
      this.fault('all agents named are the release itself', `${inWords(composed)} for ${inWords(target)}`);
    for (const name of NAMES) {
      const [old, now] = [processOf(before.processes, name), processOf(this.processes, name)];
      const stayed = old === now;
      const planned = plan.filter(({ agent, action }) => agent === name && action !== 'keep').length === 0;
      if (stayed !== planned) this.fault('the plan tells what is done', name);
      const releases = [released(before.spec, name), released(composed, name)];
      if (!named.has(name) && (!stayed || releases[0] !== releases[1]))
        this.fault('who is not named stays', `${name} was ${releases[0]}, and is ${releases[1]}`);
      if (named.has(name) && releases[1] !== released(target, name))
        this.fault('who is named comes to the release', `${name} is ${releases[1]}, not ${released(target, name)}`);
    }
  }

  private become(spec: HostSpec): void {
    if (canonicalJson(spec) === canonicalJson(this.active)) return;
    this.previous = this.active;
    this.active = spec;
    this.settle();
    this.judgeOrigins();
  }

  /** Each by its own record. */
  private startAgain(crashed: readonly Running[]): void {
    for (const running of crashed) running.view = { ...running.view, incarnation: this.incarnation() };
    this.judgeOrigins();
  }

  /** As the supervisor does: one round after another until nothing is left to do. */
  private settle(): void {
    for (let round = 0; round < ROUNDS; round++) {
      const actions = reconcile(
        this.active.agents,
        this.processes.map(({ view }) => view),
      );
      if (actions.length === 0) return;
      for (const action of actions) this.perform(action);
    }
    this.fault('reconciling comes to an end', inWords(this.active));
  }

  private perform(action: Action): void {
    const found = this.processes.find(({ view }) => view.agent === action.agent && view.slot === action.slot);
    const wanted = this.active.agents.find(({ name }) => name === action.agent);
    if (action.kind === 'start' && wanted !== undefined) {
      const { fingerprint, dependsOn } = wanted;
      const place = { agent: action.agent, index: 0, slot: action.slot, fingerprint, dependsOn, phase: 'up' as const };
      const view = {
        ...place,
        running: true,
        held: false,
        checked: false,
        incarnation: this.incarnation(),
        followed: {},
      };
      this.processes.push({ view, origin: originOf(this.target, wanted) });
    } else if (action.kind === 'stop' && found !== undefined) {
      found.view = { ...found.view, phase: 'gone', running: false };
    } else if (action.kind === 'promote' && found !== undefined) {
      found.view = { ...found.view, slot: 'active' };
    } else if (action.kind === 'forget') {
      this.processes = this.processes.filter((one) => one !== found);
    } else {
      this.fault('nothing else is done', action.kind);
    }
  }

  /** Every process runs code of the release that its agent is of. One that was kept by a rollout may be older, and the same. */
  private judgeOrigins(): void {
    for (const { view, origin } of this.processes) {
      const { version, fingerprint } = { version: origin.version, fingerprint: view.fingerprint };
      const code = this.plain.get(version)?.agents.find(({ name }) => name === view.agent)?.fingerprint;
      if (code !== fingerprint || origin.tree !== `/trees/${this.of(version).digest}`)
        this.fault('an agent starts from its own release', `${view.agent} ${fingerprint} started as ${version}`);
    }
  }

  private get target(): Target {
    const { version, digest } = this.active;
    const keptTrees = new Map(keptReleases(this.active).map((kept) => [kept.digest, `/trees/${kept.digest}`]));
    return { release: { version, digest, specDigest: '' }, spec: this.active, tree: `/trees/${digest}`, keptTrees };
  }

  private of(version: string): HostSpec {
    const found = this.plain.get(version);
    if (found === undefined) throw new Error(`There is no release ${version}.`);
    return found;
  }

  /** Some agents in some order; the code of each may be that of another release. */
  private release(version: string): HostSpec {
    const names = NAMES.filter(() => this.chance() < 0.8).sort(() => this.chance() - 0.5);
    const agents = names.map((name): HostAgent => agentOf(name, `${name} ${pick(this.chance, ['x', 'y', version])}`));
    return { app: 'a', version, digest: `d${version}`, environment: 'local', host: 'alpha', hosts: {}, agents };
  }

  private incarnation(): string {
    this.incarnations += 1;
    return `i${this.incarnations}`;
  }

  private fault(rule: string, what: string): void {
    this.broken.push(`${rule}: ${what}`);
  }
}

const agentOf = (name: string, fingerprint: string): HostAgent => ({
  ...{ name, fingerprint, command: [name], hosts: [], replicas: 1, environment: {}, workingDir: '.', files: [] },
  ...{ healthchecks: [], restart: { kind: 'always' }, stopSignal: 'SIGTERM', stopGraceMs: 1, order: 'stop-first' },
  ...{ parallelism: 1, sockets: [], dependsOn: [] },
});

const processOf = (processes: readonly Running[], name: string): string | undefined =>
  processes.find(({ view }) => view.agent === name)?.view.incarnation;

function released(spec: HostSpec, name: string): string {
  const agent = spec.agents.find((one) => one.name === name);
  return agent === undefined ? 'away' : `${agent.fingerprint} of ${releaseOf(spec, agent).version}`;
}

const inWords = (spec: HostSpec): string =>
  `${spec.version} [${spec.agents.map(({ name }) => released(spec, name)).join(', ')}]`;
