/** Forwards to sidecars what only they can do: their agents' control and logs. Keeps no connection. */
import type { HealthResult } from '@outrider/shared/domain/health-result.js';
import type { Diagnosis, QuestionAnswer } from '@outrider/shared/domain/diagnosis.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import type { HealthTrend__Output } from '@outrider/shared/gen/outrider/v1/HealthTrend.js';
import { connectSidecar, type SidecarRemote } from '@outrider/shared/rpc/client.js';
import { readHealthResult, readInstanceStatus } from '@outrider/shared/rpc/codec.js';
import { askHostsFrom, diagnoseHost } from '@outrider/shared/rpc/diagnose.js';
import type { FleetHost } from '../engine/ports.js';

/** Stops may take as long as all of a host's agents need, one level after the other. */
const CONTROL_WITHIN_MS = 15 * 60_000;
const RESUME_WITHIN_MS = 5_000;
const LOOK_WITHIN_MS = 6_000;
/** Less than a caller waits for an answer, so that one silent host does not take the others' lines with it. */
const LAST_LINES_WITHIN_MS = 15_000;

/** Shorter than the caller's own patience, so that one host that hangs does not take the others' answers with it. */
const TEST_WITHIN_MS = 25_000;
const TRENDS_WITHIN_MS = 3_000;

interface HealthAsk {
  readonly app: string;
  readonly agent: string;
  readonly level: string;
}

interface Order {
  readonly app: string;
  /** Empty: all of them, which was said. */
  readonly agents: readonly string[];
  readonly by: string;
}

export type AgentOrder = Order &
  (
    | { readonly action: 'start' | 'stop' | 'restart' }
    /** Of one agent, on each host. */
    | { readonly action: 'scale'; readonly replicas: number }
  );

export interface LogAsk {
  readonly app: string;
  readonly agents: readonly string[];
  readonly follow: boolean;
  readonly lines: number;
  /** Milliseconds since the epoch; 0: of any time. */
  readonly since: number;
}

export interface LogLine {
  readonly host: string;
  readonly agent: string;
  readonly instance: number;
  readonly line: string;
}

export class Sidecars {
  constructor(private readonly token: () => string | undefined) {}

  async control(host: FleetHost, order: AgentOrder, signal: AbortSignal): Promise<readonly InstanceStatus[]> {
    const remote = this.connect(host);
    try {
      const { instances } = await remote.ControlAgent(
        { ...order, agents: [...order.agents], all: order.agents.length === 0 },
        { timeoutMs: CONTROL_WITHIN_MS, signal },
      );
      return instances.map(readInstanceStatus);
    } finally {
      remote.close();
    }
  }

  /** Ends its hold; where there is none, nothing changes. */
  async resume(host: FleetHost, order: { readonly by: string; readonly environment: string }): Promise<void> {
    const remote = this.connect(host);
    try {
      await remote.Resume({ ...order, host: host.name }, { timeoutMs: RESUME_WITHIN_MS });
    } finally {
      remote.close();
    }
  }

  /** What the host sees of itself, with how far its clock is off this one. */
  async diagnose(host: FleetHost, signal: AbortSignal): Promise<Diagnosis> {
    const remote = this.connect(host);
    try {
      return await diagnoseHost(remote, { timeoutMs: LOOK_WITHIN_MS, signal });
    } finally {
      remote.close();
    }
  }

  /** What question ports answer, as that host hears it. */
  async askHosts(
    host: FleetHost,
    endpoints: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly QuestionAnswer[]> {
    const remote = this.connect(host);
    try {
      return await askHostsFrom(remote, endpoints, { timeoutMs: LOOK_WITHIN_MS, signal });
    } finally {
      remote.close();
    }
  }

  async *logs(host: FleetHost, ask: LogAsk, signal: AbortSignal): AsyncGenerator<LogLine> {
    const remote = this.connect(host);
    try {
      const limits = ask.follow ? { signal } : { signal, timeoutMs: LAST_LINES_WITHIN_MS };
      // A sidecar of the version before knows one agent only.
      const [agent = ''] = ask.agents;
      for await (const line of remote.Logs({ ...ask, agent, agents: [...ask.agents] }, limits))
        yield { ...line, host: host.name };
    } finally {
      remote.close();
    }
  }

  /** Runs checks on the host, now. */
  async testHealth(host: FleetHost, ask: HealthAsk, signal: AbortSignal): Promise<readonly HealthResult[]> {
    const remote = this.connect(host);
    try {
      const { results } = await remote.TestHealth(ask, { timeoutMs: TEST_WITHIN_MS, signal });
      return results.map((wire) => readHealthResult(wire));
    } finally {
      remote.close();
    }
  }

  /** What is on its way to a limit there. */
  async trends(host: FleetHost, signal: AbortSignal): Promise<readonly HealthTrend__Output[]> {
    const remote = this.connect(host);
    try {
      return (await remote.HealthTrends({}, { timeoutMs: TRENDS_WITHIN_MS, signal })).trends;
    } finally {
      remote.close();
    }
  }

  private connect(host: FleetHost): SidecarRemote {
    return connectSidecar({ endpoint: host.endpoint, token: this.token() });
  }
}
