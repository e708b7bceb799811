/** Finds on hosts the rollouts that the store has lost, and takes them back, or tells where that is too late. */
import type { AppStatus } from '@outrider/shared/domain/host.js';
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { appsOfRollout, sharedApp } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { FAR_ABOVE, takeBackLost } from '../rollout/begin.js';
import type { Decision, Limits } from '../rollout/decision.js';
import { mixedRollout, tellMixed } from '../rollout/mixed.js';
import type { Fleet, RolloutStore, StoredRollout } from './ports.js';
import { idOfRecord, readRecord } from './record.js';
import type { RolloutRun } from './rollout-run.js';
import type { Term } from './term.js';

export interface LostOptions {
  readonly store: RolloutStore;
  readonly fleet: Fleet;
  readonly term: Term;
  readonly limits: Limits;
  readonly now: () => number;
}

export class LostRollouts {
  private readonly looking = new Set<string>();
  /** Those whose end was compared with what the store says. */
  private readonly compared = new Set<string>();

  constructor(private readonly options: LostOptions) {}

  /** Called with every report; does nothing for a host that is not under way, or whose rollout is known. */
  async find(
    host: string,
    app: AppStatus,
    runs: ReadonlyMap<string, RolloutRun>,
    adopt: (stored: StoredRollout) => RolloutRun,
  ): Promise<void> {
    if (app.outcome !== undefined) await this.findMixed(app.outcome.rollout, runs, adopt);
    if ((app.phase !== 'trial' && app.phase !== 'switching') || app.rolloutRecord === undefined) return;
    const id = idOfRecord(app.rolloutRecord);
    const key = `${id}/${host}/${app.app}`;
    if (runs.has(id) || this.looking.has(key)) return;
    this.looking.add(key);
    try {
      const stored = await this.options.store.load(id);
      if (runs.has(id) || !this.options.term.isLive()) return;
      if (stored === undefined && (await this.recreate(id, adopt))) return;
      await this.revertAlone(host, app, stored?.rollout);
    } catch (error) {
      // Without Redis or the host nothing can be done now; the host's next report comes here again.
      if (!(error instanceof OutriderError)) throw error;
    } finally {
      this.looking.delete(key);
    }
  }

  /** Nobody is under way any more, and hosts say of the same rollout that it was committed, and that it went back. */
  private async findMixed(
    id: string,
    runs: ReadonlyMap<string, RolloutRun>,
    adopt: (stored: StoredRollout) => RolloutRun,
  ): Promise<void> {
    const { fleet, store, term, now } = this.options;
    if (runs.has(id) || this.compared.has(id)) return;
    const witnesses = fleet
      .hosts()
      .flatMap(({ name, status }) =>
        (status?.apps ?? []).map((app) => ({ host: name, environment: status?.environment ?? '', app })),
      );
    const rollout = mixedRollout(id, witnesses, now());
    if (rollout === undefined) return;
    this.compared.add(id);
    try {
      const isKnown = (await store.load(id)) !== undefined;
      const isTaken = (await store.underWay()).some((other) => sharesApp(other.rollout, rollout));
      if (isKnown || isTaken || runs.has(id) || !term.isLive()) return;
      await store.nextSequence(rollout.seq);
      await adopt({ rollout, revision: 0 }).open(tellMixed(rollout, now()));
    } catch (error) {
      this.compared.delete(id);
      if (!(error instanceof OutriderError)) throw error;
    }
  }

  /** What to do first with a rollout whose record the store has lost. */
  decisionOn(rollout: Rollout): Decision {
    const { limits, now } = this.options;
    const reports = this.reportsOf(rollout.id);
    const seen = reports.flatMap(({ fence }) => (fence?.rollout === rollout.seq ? [fence.step] : []));
    return takeBackLost(rollout, Math.max(rollout.steps, ...seen) + FAR_ABOVE, now(), limits);
  }

  /** From the newest record that any host keeps. False: another rollout of one of its apps has the place. */
  private async recreate(id: string, adopt: (stored: StoredRollout) => RolloutRun): Promise<boolean> {
    const records = this.reportsOf(id)
      .flatMap(({ rolloutRecord }) => (rolloutRecord === undefined ? [] : [readRecord(rolloutRecord)]))
      .filter((record) => record.id === id)
      .sort((a, b) => b.steps - a.steps);
    const [newest] = records;
    if (newest === undefined) return false;
    const underWay = await this.options.store.underWay();
    if (underWay.some(({ rollout }) => sharesApp(rollout, newest))) return false;
    await this.options.store.nextSequence(newest.seq);
    await adopt({ rollout: newest, revision: 0 }).open(this.decisionOn(newest));
    return true;
  }

  /** A trial of a rollout that is over: the host goes back on its own. */
  private async revertAlone(host: string, app: AppStatus, ended: Rollout | undefined): Promise<void> {
    if (ended !== undefined && !hasEnded(ended.phase)) return;
    const { term, fleet } = this.options;
    const { epoch, holder } = term.lease;
    const { fence, rollout = '' } = app;
    const step = Math.max(fence?.step ?? 0, ended?.steps ?? 0) + FAR_ABOVE;
    const command = { app: app.app, fence: { epoch, rollout: fence?.rollout ?? 0, step }, holder, rollout, by: holder };
    await fleet.commands(host).revert(command, `rollout ${rollout} is over`);
  }

  /** Of each of its apps. */
  private reportsOf(id: string): readonly AppStatus[] {
    const apps = this.options.fleet.hosts().flatMap((host) => host.status?.apps ?? []);
    return apps.filter((candidate) => candidate.rollout === id);
  }
}

const sharesApp = (rollout: Rollout, other: Rollout): boolean =>
  sharedApp(
    rollout,
    appsOfRollout(other).map(({ app }) => app),
  ) !== undefined;
