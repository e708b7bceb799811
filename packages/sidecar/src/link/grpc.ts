/** outrider.v1.Sidecar over the ports, with grpc.health.v1 (service name = agent name) and reflection. */
import type { HostStatus } from '@outrider/shared/domain/host.js';
import type { SidecarHandlers } from '@outrider/shared/gen/outrider/v1/Sidecar.js';
import type { ControlAgentRequest__Output } from '@outrider/shared/gen/outrider/v1/ControlAgentRequest.js';
import type { AppStatus as WireAppStatus } from '@outrider/shared/gen/outrider/v1/AppStatus.js';
import type { RunHookRequest__Output } from '@outrider/shared/gen/outrider/v1/RunHookRequest.js';
import type { VerifyProgress } from '@outrider/shared/gen/outrider/v1/VerifyProgress.js';
import type { VerifyRequest__Output } from '@outrider/shared/gen/outrider/v1/VerifyRequest.js';
import type { HostStatus as WireHostStatus } from '@outrider/shared/gen/outrider/v1/HostStatus.js';
import type { InstanceStatus as WireInstanceStatus } from '@outrider/shared/gen/outrider/v1/InstanceStatus.js';
import {
  readProof,
  writeDiagnosis,
  writeHookAnswer,
  writeHostSamples,
  writeVerifyProgress,
} from '@outrider/shared/rpc/codec.js';
import { receiveManifest } from '@outrider/shared/rpc/manifest-message.js';
import { sidecarProto } from '@outrider/shared/rpc/loader.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { type GrpcServer, startGrpcServer } from '@outrider/shared/rpc/server.js';
import { toldOnTheWay } from '@outrider/shared/runtime/told-on-the-way.js';
import type { LogReader } from '../supervise/ports.js';
import { agentLogs } from './agent-logs.js';
import { hookAskOf } from './hook-request.js';
import {
  agentOrderOf,
  checkPlace,
  checkRelease,
  commandOf,
  healthAskOf,
  endpointsOf,
  leaseEndOf,
  logsAskOf,
  peersOf,
  releaseOf,
  scaleAskOf,
} from './grpc-requests.js';
import { latest } from './latest.js';
import type {
  AgentControl,
  Contents,
  HealthSource,
  Hooks,
  HostControl,
  Preflight,
  ReleaseChecks,
  SampleSource,
  SelfLook,
  SpecSource,
  Trust,
} from './ports.js';
import { scaleAgent } from './scale.js';

/** Changes within this time are told together. */
const COALESCE_MS = 20;
/** Methods that only read what is no secret. */
export const OPEN_METHODS: ReadonlySet<string> = new Set(['Status', 'WatchStatus', 'Samples', 'HealthTrends']);
const SERVICE_NAME = 'outrider.v1.Sidecar';

export interface SidecarGrpcOptions {
  readonly host: HostControl;
  readonly agents: AgentControl;
  readonly logs: LogReader;
  readonly samples: SampleSource;
  readonly health: HealthSource;
  readonly preflight: Preflight;
  readonly specs: SpecSource;
  readonly hooks: Hooks;
  readonly trust: Trust;
  readonly checks: ReleaseChecks;
  readonly contents: Contents;
  readonly self: SelfLook;
  readonly listen: readonly string[];
  readonly tokens: () => readonly string[];
  readonly onBug: (error: unknown, method: string) => void;
}

export interface SidecarGrpc {
  /** `HOST:PORT`s as bound. */
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

/** @throws OutriderError('unavailable') where an address can't be bound. */
export async function startSidecarGrpc(options: SidecarGrpcOptions): Promise<SidecarGrpc> {
  const proto = sidecarProto();
  const server = await startGrpcServer({
    service: proto.types.outrider.v1.Sidecar.service,
    proto,
    implementation: sidecarService(options),
    listen: options.listen,
    tokens: options.tokens,
    open: OPEN_METHODS,
    onBug: options.onBug,
  });
  server.setHealth(SERVICE_NAME, true);
  const endHealth = tellHealth(server, options.host);
  return {
    addresses: server.addresses,
    close: async () => {
      endHealth();
      await server.close();
    },
  };
}

export function sidecarService(
  options: Omit<SidecarGrpcOptions, 'listen' | 'tokens' | 'onBug'>,
): Service<SidecarHandlers> {
  const { host, agents, logs, samples, health } = options;
  return {
    Status: async () => host.status() as WireHostStatus,
    WatchStatus: (_request, { signal }) =>
      latest({
        read: () => host.status() as WireHostStatus,
        onChange: (listener) => host.onChange(listener),
        coalesceMs: COALESCE_MS,
        signal,
      }),
    BindEpoch: async ({ epoch, holder }) => host.bindEpoch(epoch, holder) as WireHostStatus,
    Renew: async ({ app, epoch, holder, rollout, confirmWithinMs }) =>
      host.renew({ app, epoch, holder, rollout, confirmWithinMs }) as WireAppStatus,
    Commit: async ({ command }) => host.commit(commandOf(command)) as WireAppStatus,
    Revert: async ({ command, reason, noGrace }) =>
      (command?.fence === null
        ? host.revertHere(command.app, command.by, reason)
        : host.revert(commandOf(command), reason, noGrace)) as WireAppStatus,
    Emergency: async (request) => {
      checkPlace(request, host.status());
      return host.emergency(request.by, request.reason) as WireHostStatus;
    },
    Resume: async (request) => {
      checkPlace(request, host.status());
      return host.resume(request.by) as WireHostStatus;
    },
    ControlAgent: (request, { signal }) => control(options, request, signal),
    Logs: (request, { signal }) =>
      agentLogs({ host: host.status().host, agents, reader: logs }, logsAskOf(request), signal),
    Samples: async ({ app, metrics }) => writeHostSamples(samples.samples(app, metrics)),
    TestHealth: async (request, { signal }) => ({
      results: [...(await health.testHealth(healthAskOf(request, host.status().host), signal))],
    }),
    HealthTrends: async () => ({ trends: [...health.trends()] }),
    RunHook: (request) => runHook(request, options),
    Verify: (request, { signal }) => verify(request, options.checks, signal),
    Blobs: (ask, caller) => options.contents.send(ask, caller),
    Diagnose: async ({ clockOnly }) =>
      clockOnly ? { nowMs: options.self.now() } : writeDiagnosis(await options.self.diagnose()),
    AskHosts: async ({ endpoints }) => ({ answers: [...(await options.self.ask(endpointsOf(endpoints)))] }),
    ...releaseOrders(options),
    ...releaseQuestions(options),
  };
}

/** What brings a release here: whether it may is looked at before anything else is. */
const releaseOrders = ({
  host,
  trust,
  specs,
}: Pick<SidecarGrpcOptions, 'host' | 'trust' | 'specs'>): Pick<Service<SidecarHandlers>, 'Stage' | 'Switch'> => ({
  Stage: async ({ command, release, hostSpec, sources, peers, proof, ...wire }) => {
    const manifest = await receiveManifest(wire, (app, digest) => specs.knownManifest(app, digest));
    const documents = { release: releaseOf(release), manifest, hostSpec };
    trust.admit(documents, readProof(proof));
    return host.stage(commandOf(command), { ...documents, sources, peers }) as WireAppStatus;
  },
  Switch: async ({ command, release, confirmWithinMs, rolloutRecord, proof, ...how }) => {
    const { strategy, onLeaseEnd, noGrace } = how;
    const [order, ref] = [commandOf(command), releaseOf(release)];
    trust.allow(order.app, ref, readProof(proof));
    return host.switchTo(order, ref, confirmWithinMs, rolloutRecord, {
      ...{ strategy, noGrace, onLeaseEnd: leaseEndOf(onLeaseEnd) },
    }) as WireAppStatus;
  },
});

async function* verify(
  { app, release, manifest, sources, hostSpecs, peers }: VerifyRequest__Output,
  checks: ReleaseChecks,
  signal: AbortSignal,
): AsyncGenerator<VerifyProgress> {
  const ask = { app, release: releaseOf(release), manifest, sources, hostSpecs, peers: peersOf(peers) };
  checkRelease(ask);
  for await (const told of toldOnTheWay((tell) => checks.checkAll(ask, tell, signal))) yield writeVerifyProgress(told);
}

/** What a plan asks: nothing is changed or kept. */
const releaseQuestions = ({
  preflight,
  specs,
  trust,
}: Pick<SidecarGrpcOptions, 'preflight' | 'specs' | 'trust'>): Pick<
  Service<SidecarHandlers>,
  'Preflight' | 'KnownSpec'
> => ({
  Preflight: async ({ release, hostSpec, strategy, proof, ...wire }) => {
    const manifest = await receiveManifest(wire, (app, digest) => specs.knownManifest(app, digest));
    const asked = { release: releaseOf(release), manifest, hostSpec, strategy };
    const report = await preflight(asked);
    const untrusted = trust.problemOf(asked, readProof(proof));
    const problems = [...(untrusted === undefined ? [] : [untrusted]), ...report.problems];
    return { ...report, problems, notices: [...report.notices], prepare: [...(report.prepare ?? [])] };
  },
  KnownSpec: async ({ app, specDigest, manifestDigest }) =>
    manifestDigest === ''
      ? { hostSpec: Buffer.from(specs.knownSpec(app, specDigest)) }
      : { manifest: Buffer.from(specs.knownManifest(app, manifestDigest)) },
});

async function runHook(
  request: RunHookRequest__Output,
  { host, hooks, trust }: Pick<SidecarGrpcOptions, 'host' | 'hooks' | 'trust'>,
): Promise<ReturnType<typeof writeHookAnswer>> {
  const { ask, waitMs } = hookAskOf(request);
  // Who is not obeyed here may have nothing run.
  host.bindEpoch(request.epoch, request.holder);
  const problem = trust.problemOfHook(ask, readProof(request.proof));
  if (problem !== undefined) return writeHookAnswer({ state: 'failed', reason: problem, log: [] });
  return writeHookAnswer(await hooks.ask(ask, waitMs));
}

async function control(
  { host, agents }: Pick<SidecarGrpcOptions, 'host' | 'agents'>,
  request: ControlAgentRequest__Output,
  signal: AbortSignal,
): Promise<{ readonly instances: WireInstanceStatus[] }> {
  if (request.action === 'scale') {
    const scaled = await scaleAgent(host, scaleAskOf(request, host.status().host), signal);
    return { instances: scaled as WireInstanceStatus[] };
  }
  const order = agentOrderOf(request, host.status().host, agents.instances());
  const instances = await agents.control(order.app, order.agents, order.action, order.by);
  return { instances: instances as WireInstanceStatus[] };
}

/** `AGENT` (of every app that has one of that name) and `APP/AGENT` are SERVING while all their instances are ready. */
function tellHealth(server: GrpcServer, host: HostControl): () => void {
  let told = new Map<string, boolean>();
  const tell = (): void => {
    const now = readiness(host.status());
    for (const name of told.keys()) if (!now.has(name)) now.set(name, false);
    for (const [name, ready] of now) if (told.get(name) !== ready) server.setHealth(name, ready);
    told = now;
  };
  tell();
  return host.onChange(tell);
}

function readiness({ instances }: HostStatus): Map<string, boolean> {
  const ready = new Map<string, boolean>();
  for (const { app, agent, ready: isReady } of instances) {
    for (const name of [agent, `${app}/${agent}`]) ready.set(name, (ready.get(name) ?? true) && isReady);
  }
  return ready;
}
