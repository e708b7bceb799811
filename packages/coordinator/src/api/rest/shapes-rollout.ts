/** Shapes of rollouts, plans and the report. */
import { HOOK_STATES } from '@outrider/shared/domain/hook.js';
import { CONTROL_ACTIONS, ROLLBACK_STRATEGIES } from '@outrider/shared/domain/rollout.js';
import { z } from 'zod';
import { PART_ACTIONS } from '../rollback-plan.js';
import { at, count, Culprit, epochMs, maybe, named, rate, Ref } from './shapes.js';

const text = z.string().optional();
const PHASES = [
  ...(['staging', 'switching', 'baking', 'committing', 'rolling_back'] as const),
  ...(['succeeded', 'rolled_back', 'aborted', 'stuck'] as const),
] as const;
const HOST_STATES = [
  ...(['pending', 'staging', 'staged', 'switching', 'trial', 'committing', 'committed'] as const),
  ...(['reverting', 'reverted', 'failed', 'unreachable'] as const),
] as const;

const HostOfRollout = named(
  'HostOfRollout',
  z.object({
    host: z.string(),
    app: text,
    wave: count,
    state: z.enum(HOST_STATES),
    from: Ref.optional(),
    to: Ref,
    touched: z.boolean(),
    step: count,
    culprit: Culprit.optional(),
    reason: text,
    stays: z.boolean().optional(),
    times: z.record(z.string(), epochMs).describe('When each state was entered last.'),
  }),
);

const Action = named(
  'PlannedAction',
  z.object({
    agent: z.string(),
    instance: count,
    action: z.enum(['keep', 'replace', 'add', 'remove']),
    order: count,
    why: z.string(),
    version: text,
  }),
);

const PlannedHost = named(
  'PlannedHost',
  z.object({
    host: z.string(),
    app: text,
    wave: count,
    from: text,
    to: text,
    actions: z.array(Action),
    expected: z.object({ stagingMs: count.optional(), switchingMs: count.optional(), rollouts: count }).optional(),
    gaps: z.array(
      z.object({
        agent: z.string(),
        instances: count,
        replicas: count,
        atMostMs: count,
        startMs: count.optional(),
        why: text,
      }),
    ),
    settings: z.array(z.object({ agent: z.string(), setting: z.string(), from: text, to: text, hidden: z.boolean() })),
    secrets: z.array(z.object({ agent: z.string(), name: z.string(), change: z.enum(['added', 'removed']) })),
    facts: z.record(z.string(), z.number()).optional(),
    prepare: z.array(z.object({ name: z.string(), prepared: z.boolean() })),
    release: Ref.optional(),
  }),
);

export const Plan = named(
  'Plan',
  z.object({
    plan: z.string().describe('Digest of the rest: give it as --expect-plan.'),
    app: z.string(),
    version: z.string(),
    strategy: text,
    agents: z.array(z.string()),
    canaryWave: count.optional(),
    hosts: z.array(PlannedHost),
    expectedMs: count.optional(),
    notices: z.array(z.string()),
    problems: z.array(z.string()).describe('A rollout with problems is refused.'),
    invalid: z.boolean(),
    gates: z.array(z.string()),
    hooks: z.array(z.string()),
  }),
);

const Options = named(
  'RolloutOptions',
  z.object({
    strategy: text,
    canaryWave: count.optional(),
    awaitPromotion: z.boolean().optional(),
    onFailure: text,
    bakeMs: count,
    confirmWithinMs: count,
    commit: z.enum(['together', 'each']),
    skipDown: z.boolean(),
    message: text,
    onLeaseEnd: z.string(),
    agents: z.array(z.string()),
  }),
);

const Hook = z.object({
  ...{ id: z.string(), hook: z.string(), host: text, undo: z.boolean(), state: z.enum(HOOK_STATES), reason: text },
  log: z.array(z.string()),
});
const Gate = z.object({ name: z.string(), outcome: text, reason: text });
const App = z.object({ app: z.string(), version: z.string(), digest: z.string(), fromVersion: text });

export const Rollout = named(
  'Rollout',
  z.object({
    id: z.string(),
    seq: count,
    kind: z.enum(['rollout', 'rollback']),
    app: z.string().describe('Of several: a,b.'),
    apps: z.array(App).optional(),
    environment: z.string(),
    version: z.string(),
    digest: z.string(),
    fromVersion: text,
    phase: z.enum(PHASES),
    paused: z.boolean(),
    ...{ awaiting: text, holding: text, promotedBy: text, abortedBy: text, pausedFor: text, pausedBy: text },
    hosts: z.array(HostOfRollout),
    skipped: z.array(z.string()),
    options: Options,
    by: z.string(),
    startedAt: epochMs,
    ...{ bakeUntil: epochMs.optional(), deadline: epochMs.optional(), endedAt: epochMs.optional() },
    steps: count,
    culprit: Culprit.optional(),
    reason: text,
    explained: z.string().describe('The state as a sentence.'),
    answer: text.describe('What became of the wish.'),
    gates: z.array(Gate),
    awaitsSteady: z.boolean().optional(),
    hookRuns: z.array(Hook),
    planned: z.array(PlannedHost).optional(),
  }),
);

export const Control = named(
  'Control',
  z.object({ action: z.enum(CONTROL_ACTIONS), rollout: text.describe('r42; absent: the one that runs.'), app: text }),
);

export const Rollback = named(
  'Rollback',
  z
    .object({
      app: text.describe('Absent: every app.'),
      to: text.describe('A version; absent: what each host ran before, in an emergency its last good release.'),
      strategy: z.enum(ROLLBACK_STRATEGIES).optional().describe('Absent: emergency, with agents selective.'),
      hosts: z.array(z.string()).optional(),
      agents: z.array(z.string()).optional(),
      expect_rollout: text.describe('409 unless this rollout is under way: what was read before is what happens.'),
    })
    .describe('May be empty.'),
);

export const RollbackPlan = named(
  'RollbackPlan',
  z.object({
    strategy: z.enum(ROLLBACK_STRATEGIES),
    possible: z.boolean().describe('False: POST /rollback would be refused, and the reasons say why.'),
    parts: z.array(
      z.object({
        action: z
          .enum(PART_ACTIONS)
          .describe('What is under way is aborted, hastened or goes on; else one begins. none: all is back already.'),
        app: z.string().describe('Of several: a,b.'),
        rollout: text.describe('What is under way.'),
        hosts: z.array(
          z.object({
            ...{ host: z.string(), app: z.string(), from: maybe(z.string()), to: maybe(z.string()) },
            moves: z.boolean().describe('False: it stays as it is.'),
            agents: z.array(z.string()).optional().describe('Only these change.'),
          }),
        ),
        reasons: z.array(z.string()),
      }),
    ),
  }),
);

export const RollbackBegun = named(
  'RollbackBegun',
  z.object({
    status: z.literal('rollback_initiated'),
    rollback_id: z.string(),
    rollbacks: z.array(z.object({ app: z.string(), rollout: z.string() })),
    reasons: z.array(z.string()),
    again: z.boolean().optional(),
  }),
);

const seconds = z.number().min(0);
const Span = named(
  'Span',
  z.object({ count: z.int().min(1), median: seconds, p90: seconds, mean: seconds, max: seconds }),
);
const figures = {
  deployments: z.object({
    ...{ total: count, succeeded: count, rolled_back: count, stuck: count, aborted: count, taken_back: count },
  }),
  rollbacks: count,
  frequency_per_day: z.number().min(0),
  success_rate: maybe(rate),
  rollback_rate: maybe(rate),
  duration_seconds: maybe(Span),
  recovery_seconds: maybe(Span),
  unrecovered: count,
  last_success: maybe(at),
};
export const Report = named(
  'Report',
  z.object({
    environment: z.string(),
    from: at,
    until: at,
    days: z.number(),
    apps: z.array(z.object({ app: z.string(), ...figures })),
    total: z.object(figures),
  }),
);
