/**
 * What a rollout heard and what was decided, one line a step, kept in test/histories: today's code has to decide the
 * same, or the history says where it may not, and why.
 */
import { decide } from '@outrider/coordinator/rollout/decide.js';
import type { Decision, Limits, RolloutEvent } from '@outrider/coordinator/rollout/decision.js';
import { canonicalJson, sameJson } from '@outrider/shared/domain/canonical.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { optionsOf } from './schedules.js';
import { World } from './rollout-world.js';

export interface Step {
  /** Where it stood, if that is not where the step before has left it (its record was lost, its leader is new). */
  readonly rollout?: Rollout;
  readonly event: RolloutEvent;
  readonly decided: Decided;
}

export interface History {
  readonly about: string;
  readonly limits: Limits;
  readonly begun: Rollout;
  /** By the number of the step, from 0: why today's code may decide otherwise there. */
  readonly allowed: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** Of a decision what others can see. */
interface Decided {
  readonly phase: string;
  readonly hosts: string;
  readonly told: readonly string[];
  readonly commands: readonly string[];
}

const decidedOf = ({ rollout, effects, events }: Decision): Decided => ({
  phase: [
    rollout.phase,
    ...(rollout.paused ? ['paused'] : []),
    ...(rollout.holding === undefined ? [] : ['holding']),
  ].join(' '),
  hosts: rollout.hosts.map(({ host, state }) => `${host} ${state}`).join(', '),
  told: events.map(({ type, host }) => (host === undefined ? type : `${type} ${host}`)),
  commands: effects.map(({ kind, release, host, step }) => `${step} ${kind} ${release.version} on ${host}`),
});

/** The copy of the rollout that a host carries decides nothing. */
function withoutRecord(event: RolloutEvent): RolloutEvent {
  if (event.kind !== 'report' || event.status === 'gone') return event;
  const { rolloutRecord: _record, ...status } = event.status;
  return { ...event, status };
}

/** Listens to decisions. What changes nothing is kept once for each cell. */
export class Recorder {
  private begun: Rollout | undefined;
  private limits: Limits | undefined;
  private last: Rollout | undefined;
  private readonly stays = new Set<string>();
  private readonly steps: Step[] = [];

  heard(rollout: Rollout, event: RolloutEvent, decision: Decision, limits: Limits): void {
    // Of one rollout alone: another one that follows has a history of its own.
    if (this.begun !== undefined && this.begun.id !== rollout.id) return;
    this.begun ??= rollout;
    this.limits ??= limits;
    const isMoved = this.last !== undefined && !sameJson(this.last, rollout);
    const changesNothing = decision.rollout === rollout && decision.effects.length === 0;
    this.last = decision.rollout;
    const cell = `${rollout.phase}/${event.kind}`;
    if (changesNothing && !isMoved && this.stays.has(cell)) return;
    if (changesNothing) this.stays.add(cell);
    this.steps.push({ ...(isMoved ? { rollout } : {}), event: withoutRecord(event), decided: decidedOf(decision) });
  }

  text(about: string): string {
    const { begun, limits, steps } = this;
    const lines = steps.map((step) => `  ${canonicalJson(step)}`).join(',\n');
    const head = canonicalJson({ about, limits, begun, allowed: {} }).slice(0, -1);
    return `${head},"steps":[\n${lines}\n]}\n`;
  }
}

/** The history of a schedule of the decisions. */
export function recordDecisions(seed: number): string {
  const recorder = new Recorder();
  const world: World = new World({
    ...optionsOf(seed),
    heard: (event, decision, limits) => recorder.heard(world.rollout, event, decision, limits),
  });
  world.run();
  const { kind, options, phase } = world.rollout;
  return recorder.text(`schedule ${seed}: a ${kind} ${canonicalJson(options)} that ended ${phase}`);
}

/** Sentences; none: today's code decides the same. */
export function differencesIn(history: History): readonly string[] {
  const found: string[] = [];
  const used = new Set<string>();
  let rollout = history.begun;
  for (const [index, step] of history.steps.entries()) {
    const before = step.rollout ?? rollout;
    const decision = decide(before, step.event, history.limits);
    rollout = decision.rollout;
    const now = decidedOf(decision);
    if (sameJson(now, step.decided)) continue;
    if (history.allowed[String(index)] !== undefined) used.add(String(index));
    else
      found.push(`step ${index} (${step.event.kind}): ${canonicalJson(now)} instead of ${canonicalJson(step.decided)}`);
  }
  const needless = Object.keys(history.allowed).filter((index) => !used.has(index));
  return [...found, ...needless.map((index) => `step ${index} is allowed to differ, and does not`)];
}
