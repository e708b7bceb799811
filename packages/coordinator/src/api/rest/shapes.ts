/** The named shapes of answers, as the OpenAPI document tells them. More members may come with a later version. */
import { z } from 'zod';

/** Shapes in it have a name in the document. */
export const shapes = z.registry<{ id: string }>();

export function named<T extends z.ZodType>(id: string, shape: T): T {
  shapes.add(shape, { id });
  return shape;
}

export const at = z.iso.datetime({ precision: 3 });
/** Milliseconds since 1970. */
export const epochMs = z.int().min(0);
export const maybe = <T extends z.ZodType>(shape: T) => shape.nullable();
export const count = z.int().min(0);
export const rate = z.number().min(0).max(1);

export const Failure = named(
  'Failure',
  z.object({ error: z.string().describe('One sentence: what, where, what to do.') }),
);

export const Kept = named('KeptAgent', z.object({ name: z.string(), version: z.string() }));
export const Ref = named('ReleaseRef', z.object({ version: z.string(), digest: z.string(), specDigest: z.string() }));
export const Culprit = named(
  'Culprit',
  z.object({
    host: z.string(),
    app: z.string().optional(),
    agent: z.string(),
    instance: z.int().optional(),
    cause: z.string(),
    log: z.array(z.string()),
  }),
);
export const Hold = named('Hold', z.object({ by: z.string(), since: z.string(), reason: z.string() }));
const PHASES = ['idle', 'staging', 'staged', 'switching', 'trial', 'committed', 'reverting', 'held'] as const;
export const HostPhase = named('HostPhase', z.enum(PHASES));
export const Liveness = named('Liveness', z.enum(['up', 'suspect', 'down']));
