/** The history of a schedule of the whole engine, in a copy that tells its decisions. */
import type { Decision, Limits, RolloutEvent } from '@outrider/coordinator/rollout/decision.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { tellEngine } from './engine-schedule.js';
import { Recorder } from './history.js';

interface Listening {
  outriderHeard?: (rollout: Rollout, event: RolloutEvent, decision: Decision, limits: Limits) => void;
}

export async function recordEngine(seed: number): Promise<string> {
  const recorder = new Recorder();
  const listening = globalThis as Listening;
  listening.outriderHeard = (...heard) => recorder.heard(...heard);
  const { title, phase } = await tellEngine(seed, {});
  delete listening.outriderHeard;
  return recorder.text(`schedule ${seed} of the engine: ${title} that ended ${phase}`);
}
