/** Shapes of what the fleet is and does. */
import { SEVERITIES } from '@outrider/shared/domain/agent-error.js';
import { EVENT_TYPES } from '@outrider/shared/domain/event.js';
import { z } from 'zod';
import { at, count, Hold, HostPhase, Kept, Liveness, maybe, named, rate, Ref } from './shapes.js';

const STATES = [
  ...(['idle', 'planning', 'staging', 'switching', 'trial', 'rolling_back'] as const),
  ...(['healthy', 'degraded', 'failed', 'rolled_back'] as const),
] as const;
const percent = z.number().min(0).max(100);

const HostOfStatus = named(
  'HostOfStatus',
  z.object({
    name: z.string(),
    address: z.string(),
    state: Liveness,
    rollout_state: maybe(z.string()),
    agents_total: count,
    agents_healthy: count,
    apps: z.array(
      z.object({
        app: z.string(),
        version: z.string().optional(),
        previous: z.string().optional(),
        kept: z.array(Kept),
        phase: HostPhase,
        release: Ref.optional(),
      }),
    ),
  }),
);

export const Status = named(
  'Status',
  z.object({
    deployment_id: maybe(z.string()),
    command: maybe(z.enum(['deploy', 'rollback'])),
    environment: z.string(),
    state: z.enum(STATES),
    progress: percent,
    agents_healthy: count,
    agents_total: count,
    start_time: maybe(at),
    last_update: at,
    errors: z.array(z.string()),
    warnings: z.array(z.string()),
    metrics: z.object({ deployment_duration: z.int().describe('Seconds.'), snapshot_id: maybe(z.string()) }),
    app: maybe(z.string()),
    version: maybe(z.string()),
    from_version: maybe(z.string()),
    explained: maybe(z.string()).describe('The state of the rollout as a sentence.'),
    paused: z.boolean(),
    waits_for: maybe(z.enum(['hold', 'promotion', 'resume'])),
    leader: z.string(),
    redis: z.enum(['up', 'down']),
    apps: z.array(z.object({ app: z.string(), version: maybe(z.string()), kept: z.array(Kept) })),
    hosts: z.array(HostOfStatus),
  }),
);

const Drifted = named(
  'Drifted',
  z.object({
    ...{ host: z.string(), app: z.string(), rollout: z.string() },
    ...{ version: maybe(z.string()), expected: maybe(z.string()) },
  }),
);
const AppOfFleet = named(
  'AppOfFleet',
  z.object({
    ...{ app: z.string(), version: maybe(z.string()), digest: maybe(z.string()) },
    spec_digests: z.record(z.string(), z.string()).describe('By host.'),
    kept: z.array(Kept),
    on_trial: z.array(z.object({ version: z.string(), hosts: z.array(z.string()) })),
    ...{ rollout: maybe(z.string()), phase: maybe(z.string()), explained: maybe(z.string()) },
    waits_for: maybe(z.enum(['hold', 'promotion', 'resume'])),
  }),
);
export const Fleet = named(
  'Fleet',
  z.object({
    environment: z.string(),
    state: z.enum(['ready', 'needs_release', 'needs_secrets', 'degraded']),
    missing: z.array(z.string()),
    ...{ leader: z.string(), redis: z.enum(['up', 'down']) },
    hosts: z.object({ total: count, up: count }),
    ...{ held: z.array(z.string()), drifted: z.array(Drifted), flapping: z.array(z.string()) },
    agents: z.object({ total: count, ready: count }),
    apps: z.array(AppOfFleet),
    endpoints: z.record(z.string(), z.string()).describe('HOST:PORT of the gRPC of each host.'),
  }),
);

const HostOfHealth = named(
  'HostOfHealth',
  z.object({
    state: Liveness,
    cpu_percent: percent,
    memory_percent: percent,
    disk_percent: percent,
    active_agents: count,
    total_agents: count,
    healthy_agents: count,
  }),
);

export const Health = named(
  'Health',
  z.object({
    total_agents: count,
    healthy_agents: count,
    unhealthy_agents: count,
    health_percentage: percent,
    system_metrics: z.object({
      cpu_percent: percent,
      memory_percent: percent,
      disk_percent: percent,
      active_agents: count,
      hosts: z.record(z.string(), HostOfHealth),
    }),
    last_update: at,
    hosts: z.record(z.string(), HostOfHealth),
    unhealthy: z.array(
      z.object({ host: z.string(), agent: z.string(), instance: count, state: z.string(), reason: z.string() }),
    ),
  }),
);

export const Host = named(
  'Host',
  z.object({
    name: z.string(),
    address: z.string(),
    state: Liveness,
    sidecar: maybe(z.object({ pid: z.int(), version: z.string(), started_at: z.string() })),
    apps: z.array(
      z.object({
        app: z.string(),
        version: maybe(z.string()),
        previous: maybe(z.string()),
        phase: HostPhase,
        kept: z.array(Kept),
        digest: maybe(z.string()),
        spec_digest: maybe(z.string()),
        drifted: maybe(z.object({ expected: maybe(z.string()), rollout: z.string() })),
      }),
    ),
    labels: z.record(z.string(), z.string()),
    hold: maybe(Hold),
    cut_off: z.boolean(),
    flapping: z.boolean(),
  }),
);

export const Agent = named(
  'Agent',
  z.object({
    host: z.string(),
    app: z.string(),
    agent: z.string(),
    instance: count,
    incarnation: z.string(),
    version: z.string(),
    fingerprint: z.string(),
    state: z.enum(['starting', 'ready', 'unhealthy', 'draining', 'stopping', 'exited', 'backoff', 'failed']),
    ready: z.boolean(),
    pid: count,
    restarts: count,
    since: z.string(),
    reason: z.string(),
    critical: z.boolean(),
    overdue: z.boolean(),
    healthScore: rate,
    kept: z.boolean().optional(),
    memoryBytes: count.optional(),
    cpuPercent: z.number().min(0).describe('Of one processor.').optional(),
  }),
);

export const AgentControl = named(
  'AgentControl',
  z.object({
    action: z.enum(['start', 'stop', 'restart']),
    agent: z.string(),
    host: z.string().optional(),
    app: z.string().optional(),
  }),
);

export const AgentControlled = named(
  'AgentControlled',
  z.object({ instances: z.array(Agent), skipped: z.array(z.string()) }),
);

export const Errors = named(
  'Errors',
  z.object({
    groups: z.array(
      z.object({
        id: z.string(),
        app: z.string().describe("'': programs that are no agents."),
        agent: z.string(),
        error_type: z.string(),
        severity: z.enum(SEVERITIES).describe('The worst.'),
        message: z.string(),
        count,
        first: at,
        last: at,
        hosts: z.array(z.string()),
        context: z.record(z.string(), z.unknown()),
      }),
    ),
    dropped: z.array(z.object({ host: z.string(), app: z.string(), agent: z.string(), count })),
  }),
);

export const Event = named(
  'Event',
  z.object({
    id: z.string(),
    at,
    type: z.enum(EVENT_TYPES).or(z.string()).describe('Later versions have more types.'),
    environment: z.string(),
    app: z.string().optional(),
    rollout: z.string().optional(),
    host: z.string().optional(),
    agent: z.string().optional(),
    instance: z.int().optional(),
    version: z.string().optional(),
    by: z.string().optional(),
    reason: z.string().optional(),
    data: z.record(z.string(), z.unknown()).optional(),
  }),
);

export const LogLine = named(
  'LogLine',
  z.object({ host: z.string(), agent: z.string(), instance: count, line: z.string() }),
);

export const Targets = named(
  'Targets',
  z.array(z.object({ targets: z.array(z.string()), labels: z.record(z.string(), z.string()) })),
);
