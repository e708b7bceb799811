/** Puts together what a host says of itself: its state, what runs, and how far a fetch has come. Changes nothing. */
import type { AppStatus, Hold, HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import type { ScaledAgents } from '@outrider/shared/domain/scaling.js';
import { type AppReport, overdueTrials, reportOf } from '../host/app-report.js';
import type { AppState } from '../host/app-state.js';
import type { HostState } from '../host/host-state.js';
import type { Moment } from '../host/moment.js';
import type { Fetches } from './host-driver-fetches.js';
import type { HostDriverOptions } from './host-driver-options.js';
import { activeAgents, previousReplicas, type ReadSpec, readerOf } from './host-driver-specs.js';
import type { Targets } from './host-driver-targets.js';

export class StatusWriter {
  /** Of each app, those of its active release. */
  private readonly agents = new Map<
    string,
    { readonly of: string; readonly scaled: ScaledAgents | undefined; readonly agents: AppStatus['agents'] }
  >();

  /** Undefined: it is not staged here (any more). */
  readonly spec: ReadSpec;

  constructor(
    private readonly options: HostDriverOptions,
    private readonly targets: Targets,
    private readonly fetches: Fetches,
    /** Sentences for a person who has to mend something here. */
    private readonly problems: readonly string[],
  ) {
    this.spec = readerOf(options);
  }

  host(state: HostState, at: Moment): HostStatus {
    const { host, address, environment, labels, sidecar, agents, system } = this.options;
    return {
      host,
      address,
      environment,
      labels,
      bootId: at.bootId,
      sidecar,
      epoch: state.binding.epoch,
      epochHolder: state.binding.holder,
      apps: Object.values(state.apps).map((app) => this.app(app, at, state.hold)),
      instances: agents.instances().map((one) => this.measured(one)),
      system: system(),
      problems: [...this.problems, ...(this.options.problems?.() ?? []), ...overdueTrials(state)],
      mixesReleases: true,
      ...(state.hold === undefined ? {} : { hold: state.hold }),
    };
  }

  app(state: AppState, at: Moment, hold?: Hold): AppStatus {
    const report: AppReport = reportOf(state, at, hold);
    const found = this.targets.convergence(state.app);
    const culprit = found.state === 'converged' ? undefined : found.culprit;
    const stuck = culprit !== undefined && state.work.phase === 'reverting';
    return {
      ...report,
      ...this.staging(state),
      converged: found.state === 'converged',
      waitingFor: found.state === 'converging' ? found.waitingFor : '',
      ...(stuck ? { stuckOn: { host: this.options.host, ...culprit } } : {}),
      agents: this.agentsOf(state),
      previousReplicas: previousReplicas(state),
    };
  }

  private measured(instance: InstanceStatus): InstanceStatus {
    if (instance.pid === 0) return instance;
    const memoryBytes = this.options.memoryOf?.(instance.pid);
    const cpuPercent = this.options.cpuOf?.(instance.pid);
    return {
      ...instance,
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(cpuPercent === undefined ? {} : { cpuPercent }),
    };
  }

  private staging({ app, staging }: AppState): Pick<AppStatus, 'staging'> {
    if (staging === undefined) return {};
    const { release, state, reason } = staging;
    const { digest, specDigest } = release;
    return { staging: { digest, specDigest, state, reason, ...this.fetches.progress(app, release) } };
  }

  private agentsOf(state: AppState): AppStatus['agents'] {
    const { app, active, scaled } = state;
    if (active === undefined) return [];
    const known = this.agents.get(app);
    if (known?.of === active.specDigest && known.scaled === scaled) return known.agents;
    const spec = this.spec(app, active);
    if (spec === undefined) return [];
    const agents = activeAgents(spec, state);
    this.agents.set(app, { of: active.specDigest, scaled, agents });
    return agents;
  }
}
