/** Runs the checks of a host's agents because a person asked. A check that an agent does not have is said, not passed over. */
import type { HealthLevel, Healthcheck } from '@outrider/shared/domain/agent.js';
import { type HealthResult, undeclared } from '@outrider/shared/domain/health-result.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { eachOf } from '@outrider/shared/runtime/each-of.js';
import { type Askable, askChecks, type CheckAnswer } from './ask-checks.js';
import type { LiveInstance } from './live-instance.js';
import type { SupervisorParts } from './supervisor-parts.js';

/** Instances whose checks are asked at once. */
const AT_ONCE = 16;

export interface Examinee {
  readonly status: InstanceStatus;
  readonly checks: readonly Healthcheck[];
  /** Undefined: nothing of it runs. */
  readonly askable: Askable | undefined;
}

export interface HealthAsk {
  /** '': every app; as of the agents. */
  readonly app: string;
  readonly agent: string;
  readonly levels: readonly HealthLevel[];
}

export async function testHealth(
  all: readonly Examinee[],
  ask: HealthAsk,
  { probes, clock }: Pick<SupervisorParts, 'probes' | 'clock'>,
  signal: AbortSignal,
): Promise<readonly HealthResult[]> {
  const { levels } = ask;
  const examinees = all.filter(({ status }) => isMeant(status, ask));
  const answers = new Map<Examinee, readonly HealthResult[]>();
  await eachOf(examinees, AT_ONCE, async (examinee) => {
    const { status, checks, askable } = examinee;
    const { host, app, agent, instance } = status;
    const said =
      askable === undefined || status.pid === 0
        ? [atRest(status)]
        : [...(await askChecks(askable, probes, levels, signal)), ...undeclared(checks, levels).map(noneDeclared)];
    const at = rfc3339(clock.now());
    answers.set(
      examinee,
      said.map((answer) => ({ at, host, app, agent, instance, ...answer })),
    );
  });
  return examinees.flatMap((examinee) => answers.get(examinee) ?? []);
}

export const examineeOf = ({ spec, askable }: LiveInstance, status: InstanceStatus): Examinee => ({
  ...{ status, checks: spec.healthchecks, askable },
});

/** One that is kept beside another is out of use, and not asked. */
const isMeant = ({ app, agent, kept }: InstanceStatus, ask: HealthAsk): boolean =>
  kept !== true && (ask.app === '' || app === ask.app) && (ask.agent === '' || agent === ask.agent);

const noneDeclared = (level: HealthLevel): CheckAnswer => ({
  ...{ level, probe: '-', status: 'none_declared', critical: false },
  reason: `agents.yaml declares no check of level ${level}`,
});

/** One that does not run: by a person or at its own end; waiting for others; or because it can't. */
function atRest({ state, incarnation, reason, critical }: InstanceStatus): CheckAnswer {
  const about = { level: 'basic', probe: 'process', critical } as const;
  if (state === 'exited') {
    return incarnation === ''
      ? { ...about, status: 'unknown', reason: reason === '' ? 'not started yet' : reason }
      : { ...about, status: 'stopped', reason };
  }
  return { ...about, status: 'unhealthy', reason: reason === '' ? `it does not run: ${state}` : reason };
}
