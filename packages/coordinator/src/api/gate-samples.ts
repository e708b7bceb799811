/**
 * What gates have said in one rollout that is shown, read from what was decided in it: so every coordinator has it,
 * whoever led at that time. Asked for while somebody looks, at most once a second.
 */
import type { GateVerdict } from '@outrider/shared/domain/gate.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { DecisionRecord } from '../engine/ports.js';
import type { Rollouts } from './ports.js';

/** Of each gate, the last so many. */
const MOST = 60;
const EVERY_MS = 1_000;

export interface GateSample extends Omit<GateVerdict, 'samples'> {
  /** Epoch milliseconds. */
  readonly at: number;
}

/** By gate, oldest first. */
export type SamplesByGate = Readonly<Record<string, readonly GateSample[]>>;

/** Decisions oldest first. Those of a version that did not keep verdicts have none. */
export function samplesIn(decisions: readonly DecisionRecord[]): SamplesByGate {
  const found = new Map<string, GateSample[]>();
  for (const { at, events } of decisions) {
    for (const { gate, reason = '' } of events) {
      if (gate === undefined) continue;
      const { name, ...said } = gate;
      const samples = found.get(name) ?? [];
      samples.push({ at: Date.parse(at), ...said, reason });
      found.set(name, samples);
    }
  }
  return Object.fromEntries([...found].map(([name, samples]) => [name, samples.slice(-MOST)]));
}

export interface GateSamplesOptions {
  readonly rollouts: Pick<Rollouts, 'trace'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** There is more than was answered before. */
  readonly changed: () => void;
  readonly onBug: (error: unknown) => void;
}

export class GateSamples {
  private known: SamplesByGate = {};
  /** What was asked about last, and when. */
  private asked = { about: '', at: -Infinity };
  private isAsking = false;

  constructor(private readonly options: GateSamplesOptions) {}

  /** As far as they are here; `changed` tells of more. */
  of(rollout: Rollout): SamplesByGate {
    if ((rollout.gates ?? []).length === 0) return {};
    if (this.mayHaveMore(rollout)) void this.ask(rollout);
    return this.known;
  }

  /** Gates are asked in a bake alone; whatever ends one is a change of the rollout. */
  private mayHaveMore(rollout: Rollout): boolean {
    if (this.isAsking) return false;
    if (this.asked.about !== aboutOf(rollout)) return true;
    const isAsked = rollout.phase === 'baking' && !rollout.paused;
    return isAsked && this.options.clock.monotonic() - this.asked.at >= EVERY_MS;
  }

  private async ask(rollout: Rollout): Promise<void> {
    const { rollouts, clock, changed, onBug } = this.options;
    this.isAsking = true;
    this.asked = { about: aboutOf(rollout), at: clock.monotonic() };
    try {
      const { decisions } = await rollouts.trace(rollout.id);
      this.known = samplesIn(decisions);
      changed();
    } catch (error) {
      // Redis is away: what is here stays, and the next look asks again.
      this.asked = { about: '', at: -Infinity };
      if (!(error instanceof OutriderError)) onBug(error);
    } finally {
      this.isAsking = false;
    }
  }
}

const aboutOf = ({ phase, paused }: Rollout): string => `${phase}/${paused}`;
