/** One question of one gate, whatever it asks: gathers what it needs and has it judged. */
import { type GateSpec, type GateState, type HostSamples, seriesOf } from '@outrider/shared/domain/gate.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { entryAt, hostOf, ofApp } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type Assessment, judgeSamples, type SampledHost } from '../rollout/gates/judge-samples.js';
import { judgeValues } from '../rollout/gates/judge-values.js';
import { judgedBy } from '../rollout/gate-cells.js';
import type { Fleet, GateOccasion, GateSources } from './ports.js';

export interface GateQuestioning {
  readonly rollout: Rollout;
  readonly gate: GateState;
  /** Since it was asked first in this bake. */
  readonly waitedMs: number;
  readonly fleet: Fleet;
  readonly sources: GateSources;
  readonly over: AbortSignal;
}

/** Of a sidecar that has said nothing yet. */
const PERIOD_MS = 5_000;

/** Rejects with `OutriderError` where it could not be asked. */
export async function askGate(questioning: GateQuestioning): Promise<Assessment> {
  const { gate, sources, over } = questioning;
  const { ask, timeoutMs } = gate.spec;
  const signal = AbortSignal.any([over, AbortSignal.timeout(timeoutMs)]);
  switch (ask.kind) {
    case 'promql':
      return judgeValues(gate.spec, await sources.promql(ask.query, signal));
    case 'exec':
      return sources.exec(ask.command, occasionOf(questioning), signal);
    case 'webhook':
      return sources.webhook(ask.url, occasionOf(questioning), signal);
    case 'metric':
    case 'bus':
      return askHosts(questioning);
  }
}

async function askHosts({ rollout, gate, waitedMs, fleet, sources }: GateQuestioning): Promise<Assessment> {
  const { spec } = gate;
  const { app = rollout.app } = spec;
  const trial = trialOf(rollout, spec);
  const others = spec.compare === 'hosts' ? judgedBy(rollout, spec).filter(({ touched }) => !touched) : [];
  const up = others.map(hostOf).filter((host) => fleet.host(host)?.state === 'up');
  const series = seriesOf(spec);
  const ask = async (host: string): Promise<HostSamples> =>
    sources.samples(host, app, series === undefined ? [] : [series], spec.timeoutMs);
  const switched = await Promise.all(
    trial.map(async (host): Promise<SampledHost> => ({
      ...{ host, switched: true },
      samples: ofThisRollout(await ask(host), rollout.id),
    })),
  );
  // Who is not switched has nothing to answer for: without it there is only less to compare with.
  const unswitched = await Promise.all(
    up.map(async (host): Promise<readonly SampledHost[]> => {
      try {
        return [{ host, switched: false, samples: await ask(host) }];
      } catch (error) {
        if (error instanceof OutriderError) return [];
        throw error;
      }
    }),
  );
  const patience = patienceMs(spec, rollout, switched[0]?.samples.periodMs ?? PERIOD_MS);
  return inRecord(rollout, spec, judgeSamples(spec, [...switched, ...unswitched.flat()], waitedMs < patience));
}

/** Names of the hosts on trial whose agents it is about. */
const trialOf = (rollout: Rollout, spec: GateSpec): readonly string[] =>
  judgedBy(rollout, spec)
    .filter(({ state }) => state === 'trial')
    .map(hostOf);

/** The host of a verdict as the record names it. */
function inRecord(rollout: Rollout, { app = rollout.app }: GateSpec, said: Assessment): Assessment {
  if (said.outcome === 'waiting' || said.host === undefined) return said;
  return { ...said, host: entryAt(rollout, said.host, app)?.host ?? said.host };
}

/** A host that has not noticed its switch yet speaks of the time before it. */
const ofThisRollout = (samples: HostSamples, rollout: string): HostSamples =>
  samples.rollout === rollout ? samples : { ...samples, agents: [] };

/** Until then samples may still come: twice the time that they should take, and not less than the bake. */
export function patienceMs({ minSamples, intervalMs }: GateSpec, { options }: Rollout, periodMs: number): number {
  return Math.max(options.bakeMs, 2 * minSamples * periodMs) + Math.max(2 * periodMs, intervalMs);
}

function occasionOf({ rollout, gate }: GateQuestioning): GateOccasion {
  const { id, app, version, fromVersion, environment } = ofApp(rollout, gate.spec.app ?? rollout.app);
  return {
    ...{ gate: gate.name, rollout: id, app, version, environment },
    ...(fromVersion === undefined ? {} : { from: fromVersion }),
    hosts: trialOf(rollout, gate.spec),
  };
}
