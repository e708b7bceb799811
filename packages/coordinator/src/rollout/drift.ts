/**
 * Whether a host runs another release of an app than its rollouts have left there: it was away during one, it could not
 * be taken back, or somebody has changed it by hand. Only told: nothing but a rollout that has it in its plan changes it.
 */
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { hasEnded, type Rollout, type RolloutHost } from '@outrider/shared/domain/rollout.js';
import { isSettled } from './host-report.js';

export interface Drift {
  readonly host: string;
  readonly app: string;
  /** What it runs; absent: nothing of the app. */
  readonly version?: string;
  /** What it should run; absent: nothing of the app. */
  readonly expected?: string;
  /** The rollout that says so. */
  readonly rollout: string;
}

type Known = Pick<ReleaseRef, 'version' | 'digest'>;

/** `app`: what the host says, absent where it knows nothing of the app. `history`: rollouts of the app, newest first. */
export function driftOf(
  host: string,
  app: AppStatus | undefined,
  name: string,
  history: readonly Rollout[],
): Drift | undefined {
  if (app !== undefined && !isSettled(app)) return undefined;
  const runs = releaseOf(app?.active);
  for (const rollout of history) {
    const place = rollout.hosts.find((one) => one.host === host);
    // What it is brought to just now is not decided yet.
    if (!hasEnded(rollout.phase)) {
      if (place !== undefined) return undefined;
      continue;
    }
    if (place !== undefined) return differs(host, name, runs, releaseOf(leftWith(rollout, place)), rollout.id);
    if (rollout.phase !== 'succeeded') continue;
    // Whoever had the release already was no part of its rollout.
    if (isSame(runs, rollout)) return undefined;
    if (rollout.skipped?.includes(host) === true && runs !== undefined) {
      return differs(host, name, runs, rollout, rollout.id);
    }
  }
  return undefined;
}

/** What an ended rollout has left on a host, or should have. */
function leftWith({ phase, kind }: Rollout, { state, from, to, touched }: RolloutHost): ReleaseRef | undefined {
  if (phase === 'succeeded' || state === 'committed') return to;
  return kind === 'rollback' && touched ? to : from;
}

function differs(
  host: string,
  app: string,
  runs: Known | undefined,
  expected: Known | undefined,
  rollout: string,
): Drift | undefined {
  if (isSame(runs, expected)) return undefined;
  return {
    ...{ host, app, rollout },
    ...(runs === undefined ? {} : { version: runs.version }),
    ...(expected === undefined ? {} : { expected: expected.version }),
  };
}

/** The version of a release without agents is that of nothing. */
const releaseOf = (release: ReleaseRef | undefined): Known | undefined =>
  release === undefined || release.version === 'none' ? undefined : release;

const isSame = (a: Known | undefined, b: Known | undefined): boolean =>
  a?.version === b?.version && a?.digest === b?.digest;

/** As the middle of a sentence. */
export const driftWords = ({ host, app, version, expected, rollout }: Drift): string =>
  `${host} runs ${version === undefined ? `nothing of ${app}` : `${app} ${version}`}, and ${rollout} has left ` +
  `${expected ?? 'nothing of it'} there`;

/** What a person can do about it. */
export const driftRemedy = ({ host, app, expected }: Drift): string =>
  expected === undefined
    ? `look at it with "coordinator agents --host ${host}", and roll out to it anew`
    : `bring it there with "coordinator rollout --app ${app} --version ${expected} --hosts ${host}"`;
