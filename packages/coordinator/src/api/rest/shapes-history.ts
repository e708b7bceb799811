/** Shapes of what was. */
import { ENDED_PHASES } from '@outrider/shared/domain/rollout.js';
import { z } from 'zod';
import { at, count, epochMs, maybe, named, rate } from './shapes.js';

const columnOf = <T extends z.ZodType>(value: T) => z.array(maybe(value));
const percent = columnOf(z.number().min(0).max(100));

export const History = named(
  'History',
  z.object({
    until: epochMs.describe('When this was answered.'),
    at: z.array(epochMs),
    fleet: z.object({
      ready: columnOf(count),
      total: columnOf(count),
      health: columnOf(rate).describe('The mean of the agents.'),
    }),
    hosts: z.array(z.object({ host: z.string(), cpu_percent: percent, memory_percent: percent })),
    agents: z.array(
      z.object({
        host: z.string(),
        app: z.string(),
        agent: z.string(),
        instance: count,
        cpu_percent: columnOf(z.number().min(0)).describe('Of one processor.'),
        memory_bytes: columnOf(count).describe('To seven digits.'),
      }),
    ),
  }),
);

export const Delivery = named(
  'Delivery',
  z.object({
    rollout: z.string(),
    kind: z.enum(['rollout', 'rollback']),
    app: z.string(),
    version: z.string(),
    from: maybe(z.string()).describe('What most hosts came from.'),
    result: z.enum(ENDED_PHASES),
    started_at: at,
    ended_at: at,
    seconds: z.number().min(0),
    failed_at: maybe(at).describe('When the first host that ran it was told to go back.'),
  }),
);
