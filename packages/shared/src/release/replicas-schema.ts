/** `replicas:` of agents.yaml: a number, or bounds with what a host scales by. */
import { z } from 'zod';
import type { AgentSpec } from '../domain/agent.js';
import { MOST_REPLICAS, type ScalingTarget } from '../domain/scaling.js';
import { kind } from '../runtime/kind.js';
import { byForm, duration, mapOf, must, shown, strict, whole } from '../runtime/shape.js';

export type Replicas = Pick<AgentSpec, 'replicas' | 'scaling'>;

const METRIC = /^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/;
const PERCENT = /^(\d{1,4}(?:\.\d{1,3})?)%$/;
/** Of what an instance may use. Without `resources.cpus` that is one core, and a program may use several. */
const MOST_PERCENT = { cpu: 1_000, memory: 100 } as const;
const SHORTEST_COOLDOWN_MS = 1_000;
const LONGEST_COOLDOWN_MS = 24 * 3_600_000;

const isShare = (key: string): key is keyof typeof MOST_PERCENT => key === 'cpu' || key === 'memory';

const percentOf = (value: unknown): number =>
  typeof value === 'string' ? Number(PERCENT.exec(value)?.[1] ?? Number.NaN) : Number.NaN;

function problemOf(key: string, value: unknown): string | undefined {
  if (isShare(key)) {
    const percent = percentOf(value);
    const most = MOST_PERCENT[key];
    return percent >= 1 && percent <= most
      ? undefined
      : `must be from 1% to ${most}%, such as 70%, not ${shown(value)}.`;
  }
  if (!METRIC.test(key)) return 'is neither cpu nor memory nor the name of a metric that agents send.';
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return undefined;
  return `must be a number above 0: so much of the metric ${key} for each instance, not ${shown(value)}.`;
}

const SHARE_OR_NUMBER = kind(z.unknown(), {
  says: 'a share such as 70% of cpu or memory, or a number of a metric that agents send',
  json: { type: ['string', 'number'] },
});

const target = mapOf(SHARE_OR_NUMBER, 'a map, such as { cpu: 70% }')
  .superRefine((map, context) => {
    for (const [key, value] of Object.entries(map)) {
      const message = problemOf(key, value);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [key], message });
    }
    if (Object.keys(map).length === 0) {
      context.addIssue({ code: 'custom', message: 'names nothing to scale by, such as { cpu: 70% }.' });
    }
  })
  .transform((map) =>
    Object.entries(map).map(([key, value]): ScalingTarget =>
      isShare(key) ? { metric: key, value: percentOf(value) } : { metric: `bus:${key}`, value: Number(value) },
    ),
  );

const range = strict(
  {
    min: whole(1, MOST_REPLICAS).describe('The fewest on each host; an agent begins with them.'),
    max: whole(1, MOST_REPLICAS).describe('The most on each host.'),
    target: target.optional().describe('What the mean of all instances should come to. Without it only people scale.'),
    cooldown: duration(SHORTEST_COOLDOWN_MS, LONGEST_COOLDOWN_MS)
      .default(60_000)
      .describe('After any change the host makes none of its own for so long.'),
  },
  { instead: { minimum: 'min', maximum: 'max', targets: 'target', metrics: 'target' } },
)
  .refine(({ min, max }) => min <= max, {
    path: ['max'],
    error: (issue) => `must be at least min, not ${String((issue.input as { max?: unknown }).max)}.`,
  })
  .transform(({ min, max, target: targets = [], cooldown }): Replicas => ({
    replicas: min,
    scaling: { min, max, targets, cooldownMs: cooldown },
  }));

const EITHER = must(`a whole number from 0 to ${MOST_REPLICAS}, or bounds such as { min: 2, max: 10 }`);

export const replicas = byForm<Replicas>(
  {
    map: range,
    number: whole(0, MOST_REPLICAS).transform((count) => ({ replicas: count })),
    otherwise: z.never(EITHER),
  },
  { written: ({ replicas: count }: Replicas) => count },
);
