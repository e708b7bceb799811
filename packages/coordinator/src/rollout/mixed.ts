/**
 * A rollout that nobody knows of any more, while hosts still say how it ended for them: committed on some, gone back
 * on others. It can't be gone on with, only told.
 */
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { joinedApps, placeKey } from '@outrider/shared/domain/rollout-place.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { type Decision, DEFAULT_LIMITS } from './decision.js';
import { Draft } from './draft.js';
import { end } from './ending.js';
import { isSettled } from './host-report.js';

export interface Witness {
  readonly host: string;
  readonly environment: string;
  readonly app: AppStatus;
}

/** The rollout as far as its hosts can tell; undefined: they agree, or one is still on its way. */
export function mixedRollout(id: string, witnesses: readonly Witness[], at: number): Rollout | undefined {
  const told = witnesses.filter(({ app }) => app.outcome?.rollout === id);
  const committed = told.find(({ app }) => app.outcome?.result === 'committed');
  const release = committed?.app.active;
  const seq = Number(id.slice(1));
  if (committed === undefined || release === undefined || !Number.isSafeInteger(seq)) return undefined;
  const apart = told.some(({ app }) => app.outcome?.result === 'reverted' && app.active?.version !== release.version);
  if (!apart || !told.every(({ app }) => isSettled(app))) return undefined;
  const { version, digest } = release;
  return {
    ...{ id, seq, kind: 'rollout', environment: committed.environment, version, digest, ...appsOf(told, release) },
    ...{ phase: 'committing', paused: false, by: 'nobody knows', startedAt: at, steps: 0 },
    hosts: told.map((witness) => hostOf(witness, releaseOf(told, witness.app.app) ?? release, told)),
    options: { bakeMs: 0, confirmWithinMs: 0, commit: 'together', skipDown: false },
  };
}

/** What those have that have committed this app. */
const releaseOf = (told: readonly Witness[], app: string): ReleaseRef | undefined =>
  told.find((one) => one.app.app === app && one.app.outcome?.result === 'committed')?.app.active;

const namesOf = (told: readonly Witness[]): readonly string[] => [...new Set(told.map(({ app }) => app.app))].sort();

function appsOf(told: readonly Witness[], release: ReleaseRef): Pick<Rollout, 'app' | 'apps'> {
  const names = namesOf(told);
  const app = joinedApps(names);
  if (names.length === 1) return { app };
  const { version } = release;
  return { app, apps: names.map((name) => ({ app: name, version, digest: releaseOf(told, name)?.digest ?? '' })) };
}

function hostOf({ host: name, app }: Witness, release: ReleaseRef, told: readonly Witness[]): RolloutHost {
  const { active, previous, outcome } = app;
  const of = namesOf(told).length === 1 ? {} : { app: app.app };
  const host = placeKey(name, of.app);
  const place = { host, ...of, wave: 1, touched: true, step: app.fence?.step ?? 0 };
  if (outcome?.result === 'committed') {
    return {
      ...place,
      state: 'committed',
      to: active ?? release,
      ...(previous === undefined ? {} : { from: previous }),
    };
  }
  const reason = outcome?.reason ?? 'it went back by itself';
  return { ...place, state: 'failed', reason, to: release, ...(active === undefined ? {} : { from: active }) };
}

/** Its first decision is its last. */
export function tellMixed(rollout: Rollout, at: number): Decision {
  const draft = new Draft(rollout, at, DEFAULT_LIMITS);
  const hosts = rollout.hosts.map(({ host, state, to, from }) =>
    state === 'committed' ? `${host} has ${to.version}` : `${host} went back to ${from?.version ?? 'nothing'}`,
  );
  const what = 'the record of this rollout was lost while it was made permanent';
  end(draft, 'stuck', `${what}: ${hosts.join(', ')}; roll out anew, or roll back`);
  return draft.decision();
}
