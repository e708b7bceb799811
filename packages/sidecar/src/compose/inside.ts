/** The half of the composition root that agents need: state, processes, supervision. Loaded and started first. */
import { randomBytes } from 'node:crypto';
import { availableParallelism, freemem, networkInterfaces, totalmem } from 'node:os';
import { join } from 'node:path';
import { isAtLeast } from '@outrider/shared/domain/agent-error.js';
import { versionOf } from '@outrider/shared/cli/program.js';
import { rfc3339, systemClock } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { type HostPort, isLoopback } from '@outrider/shared/runtime/listen.js';
import type { Logger } from '@outrider/shared/runtime/logger.js';
import { oneServerOf } from '@outrider/shared/runtime/redis-address.js';
import { type Bus, createBus } from '../bridge/bus.js';
import { errorEvent, untoldEvent } from '../bridge/error-event.js';
import type { Listeners, SidecarConfig } from '../config.js';
import type { HostFigures } from '../http/host-figures.js';
import type { SidecarMetrics } from '../http/metrics.js';
import type { Reserved } from '../host/reservations.js';
import type { Preflight, ReleaseChecks, SpecSource, SupervisionMetrics } from '../link/ports.js';
import { createProbes } from '../probe/probes.js';
import { createLogReader } from '../process/log-file.js';
import { LogLedger } from '../process/log-ledger.js';
import { LogRotation } from '../process/log-rotation.js';
import { type ClosableNotifySockets, createNotifySockets } from '../process/notify-sockets.js';
import { createPortHolders } from '../process/port-holders.js';
import { bootId } from '../process/process-stat.js';
import { acceptsAtOnce } from '../process/quick-connect.js';
import { FdStore } from '../process/fd-store.js';
import type { HostTrust } from '../release/trust/trust.js';
import { createDurableStore } from '../store/durable-state.js';
import { createRecordStore } from '../store/record-store.js';
import type { Autoscaler } from '../supervise/autoscaler.js';
import { createHostDriver, type HostDriver } from '../supervise/host-driver.js';
import { type ReadSpec, readerOf } from '../supervise/host-driver-specs.js';
import type { HealthHistory } from '../samples/health-history.js';
import type { Sampler } from '../samples/sampler.js';
import type { Trends } from '../samples/trends.js';
import type { HostDriverOptions } from '../supervise/host-driver-options.js';
import type { LogReader, Probes, Processes, ReleaseCleaner } from '../supervise/ports.js';
import type { StagingNeeds } from '../supervise/preflight/ports.js';
import { createPreflight } from '../supervise/preflight/preflight.js';
import type { HookRunner } from '../supervise/hooks/runner.js';
import { Supervisor } from '../supervise/supervisor.js';
import type { InstanceLogs } from '../supervise/supervisor-parts.js';
import { crashPointsForTests } from './crash-for-tests.js';
import { startHooks } from './hooks.js';
import { HostEvents } from './host-events.js';
import { hostSockets, tellOfUndeclared } from './inherited.js';
import { Late } from './late.js';
import { createLogFiles, logFolder } from './log-files.js';
import { machineOf } from './machine.js';
import { startPrepare } from './prepare.js';
import { releasesOf } from './releases.js';
import { type Tokens, tokensOf } from './tokens.js';

export interface Held<T> {
  current?: T;
}

export interface Inside {
  readonly supervisor: Supervisor;
  readonly host: HostDriver;
  readonly preflight: Preflight;
  readonly specs: SpecSource;
  readonly cleaner: ReleaseCleaner;
  readonly checks: ReleaseChecks;
  readonly hooks: HookRunner;
  readonly bus: Bus;
  readonly notify: ClosableNotifySockets;
  readonly events: HostEvents;
  /** Loaded later; what happens before is counted then. */
  readonly metrics: Late<SidecarMetrics>;
  readonly figures: Held<HostFigures>;
  /** Begun with the faces; what happens before is in no sample. */
  readonly samples: Held<Sampler>;
  readonly history: Held<HealthHistory>;
  readonly trends: Held<Trends>;
  /** Begun with the faces too. */
  readonly scaler: Held<Autoscaler>;
  /** And this: until then no leader is heard. */
  readonly trust: Held<HostTrust>;
  readonly spec: ReadSpec;
  readonly tokens: Tokens;
  readonly version: string;
  readonly logs: LogReader;
  /** Not begun: agents come first. */
  readonly rotation: LogRotation;
}

/** Everything that agents need, up to the moment at which they are being started. */
export function startInside(config: SidecarConfig, log: Logger): Inside {
  // Before any other process is made: what came with our own start is for nobody else.
  const store = new FdStore();
  const sockets = hostSockets(store, log);
  const clock = systemClock;
  const { host, address, environment, labels, dataDir, runDir } = config;
  const version = versionOf(new URL('../../package.json', import.meta.url));
  const warn = (sentence: string): void => log.warn(sentence);
  const tokens = tokensOf(config, warn);
  const events = new HostEvents({ host, environment, now: () => clock.now() });
  const [metrics, figures, samples] = [new Late<SidecarMetrics>(), {} as Held<HostFigures>, {} as Held<Sampler>];
  const [history, trends] = [{} as Held<HealthHistory>, {} as Held<Trends>];
  const [scaler, trust] = [{} as Held<Autoscaler>, {} as Held<HostTrust>];
  const crash = crashPointsForTests(process.env);
  const { limits, secrets, processes } = machineOf(config, { store, crash, warn });
  const { logs, logFiles, rotation } = logsOf(config, warn);
  const bus = busOf(config, { events, metrics, samples, trends, warn }, () => supervisor);
  const notify = notifyOf(config, metrics, warn);
  const place = { host, address, ...redisPlace(config) };
  const supervisor = new Supervisor({
    ...{ clock, processes, bus, notify, events, limits, secrets, sockets },
    probes: probesOf(processes, address),
    records: crash.records(createRecordStore({ runDir, now: () => clock.now(), onUnreadable: warn })),
    metrics: countedBy({ metrics, samples, history, trends }),
    // A copy: each look at the very one asks the C library.
    ownEnvironment: { ...process.env },
    random: () => Math.random(),
    ...{ host: place, bootId: bootId(), newId, logs: logFiles, maxStarting: config.maxStarting, warn },
  });
  const runner = startPrepare(config, { processes, limits, logs, newId, warn });
  const releases = releasesOf(config, { tokens, limits, runner, warn }, () => driver.status());
  const driver = createHostDriver({
    ...{ host, address, environment, labels, clock, supervisor, events },
    sidecar: { pid: process.pid, version, startedAt: rfc3339(clock.now()) },
    ...{ bootId: bootId(), store: crash.store(createDurableStore(dataDir)) },
    ...{ releases, agents: supervisor, refusals: [limits, secrets] },
    ...{ ...measuredBy(figures), machine, reserved: reservedBy(config) },
    ...{ localAddresses, problems: () => [supervisor, scaler.current, trust.current].flatMap(problemsOf) },
    onStaged: (bytes) => metrics.use((them) => them.staged(bytes)),
    onProblem: (error) => log.warn({ err: error }, messageOf(error)),
  });
  tellOfUndeclared(sockets, supervisor, log);
  driver.start();
  const hooks = startHooks(config, { processes, limits, logs, host: place, newId, warn }, driver, releases);
  return {
    ...{ supervisor, host: driver, hooks, preflight: preflightOf(config, driver, releases) },
    ...{ specs: releases, cleaner: releases, checks: releases, spec: readerOf({ releases }) },
    ...{ bus, notify, events, metrics, figures, samples, history, trends, scaler, trust },
    ...{ tokens, version, logs, rotation },
  };
}

const problemsOf = (part: { problems(): readonly string[] } | undefined): readonly string[] => part?.problems() ?? [];

const machine = (): Reserved => ({ memoryBytes: totalmem(), cpus: availableParallelism() });

/** Zeros and nothing before the first look. */
const measuredBy = (
  figures: Readonly<{ current?: HostFigures }>,
): Pick<HostDriverOptions, 'system'> & Required<Pick<HostDriverOptions, 'memoryOf' | 'cpuOf'>> => ({
  system: () => figures.current?.system() ?? { cpuPercent: 0, memoryPercent: 0, diskPercent: 0 },
  memoryOf: (pid) => figures.current?.memoryOf(pid),
  cpuOf: (pid) => figures.current?.cpuOf(pid),
});

const preflightOf = ({ host, address }: SidecarConfig, driver: HostDriver, needs: StagingNeeds): Preflight =>
  createPreflight({
    ...{ host, address, driver, needs, ports: createPortHolders() },
    machine: () => ({ ...machine(), availableBytes: freemem() }),
  });

const countedBy = ({
  metrics,
  samples,
  history,
  trends,
}: Pick<Inside, 'metrics' | 'samples' | 'history' | 'trends'>): SupervisionMetrics => ({
  started: (...counted) => metrics.use((them) => them.started(...counted)),
  exited: (...counted) => metrics.use((them) => them.exited(...counted)),
  restarted: (...counted) => metrics.use((them) => them.restarted(...counted)),
  probed: (app, agent, seconds, failed, incarnation) => {
    samples.current?.probed(incarnation, seconds);
    trends.current?.probed(incarnation, seconds);
    metrics.use((them) => them.probed(app, agent, seconds, failed));
  },
  judged: (...judged) => history.current?.judged(...judged),
});

function logsOf(
  { logDir, runDir, agentLogs: limits }: SidecarConfig,
  warn: (sentence: string) => void,
): { readonly logs: LogReader; readonly logFiles: InstanceLogs; readonly rotation: LogRotation } {
  const folder = logFolder(logDir);
  const ledger = new LogLedger({ folder: join(runDir, 'logs'), now: () => systemClock.now() });
  const logs = createLogReader(ledger);
  return {
    logs,
    logFiles: createLogFiles(folder, logs, warn),
    rotation: new LogRotation({ folder, limits, ledger, warn, monotonic: () => systemClock.monotonic() }),
  };
}

const probesOf = (processes: Processes, address: string): Probes =>
  createProbes({
    ownsConnection: (...asked) => processes.ownsConnection(...asked),
    acceptsAtOnce: (to, port) => (isLoopback(to) || to === address) && acceptsAtOnce(to, port),
  });

const newId = (): string => `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`;

const localAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((item) => item.address));

const notifyOf = (
  { runDir }: SidecarConfig,
  metrics: Late<SidecarMetrics>,
  warn: (sentence: string) => void,
): ClosableNotifySockets =>
  createNotifySockets({ runDir, warn, counted: (result) => metrics.use((them) => them.frame(result)) });

function busOf(
  { runDir }: SidecarConfig,
  {
    events,
    metrics,
    samples,
    trends,
    warn,
  }: Pick<Inside, 'events' | 'metrics' | 'samples' | 'trends'> & {
    readonly warn: (sentence: string) => void;
  },
  supervisor: () => Supervisor,
): Bus {
  return createBus({
    runDir,
    monotonic: () => systemClock.monotonic(),
    listener: {
      heard: (speaker, message) => {
        supervisor().heard(speaker.incarnation, message);
        if (message.kind === 'beat') metrics.use((them) => them.heard(speaker));
      },
      extend: (speaker, ms) => supervisor().extend(speaker.incarnation, ms),
      error: (speaker, error, told, untold) => {
        metrics.use((them) => them.error(speaker, error.severity));
        samples.current?.error(speaker.incarnation, error.severity);
        if (isAtLeast(error.severity, 'error')) trends.current?.failed(speaker.incarnation);
        if (told) events.emit('error.reported', errorEvent(speaker, error, untold));
      },
      untold: (speaker, count) => events.emit('error.reported', untoldEvent(speaker, count)),
      metric: (speaker, metric) => {
        // What is too much there is too much here: one agent must not take the room of the others.
        const isTaken = metrics.current?.metric(speaker, metric) ?? true;
        if (isTaken) samples.current?.metric(speaker.incarnation, metric.name, metric.value, metric.kind);
        return isTaken;
      },
      counted: (result) => metrics.use((them) => them.frame(result)),
      fault: ({ agent }, error) => warn(`a frame of ${agent} on the bus could not be taken: ${messageOf(error)}`),
    },
  });
}

const OWNERS: Readonly<Record<keyof Listeners, string>> = {
  grpc: "the sidecar's gRPC",
  http: "the sidecar's HTTP",
  metrics: "the sidecar's metrics",
  question: "the sidecar's ZeroMQ question",
  events: "the sidecar's ZeroMQ events",
};

const reservedBy = ({ listen }: SidecarConfig): readonly { readonly address: string; readonly owner: string }[] =>
  (Object.keys(OWNERS) as (keyof Listeners)[]).flatMap((what) =>
    listen[what].map((address) => ({ address, owner: OWNERS[what] })),
  );

/** For agents that look for Redis in their environment. */
function redisPlace({ redis }: SidecarConfig): { readonly redis?: HostPort } {
  const server = oneServerOf(redis);
  return server === undefined ? {} : { redis: server };
}
