/**
 * What is told of a kind of value that people write in YAML, beside how it is checked: to editors as JSON Schema, to
 * people in words. Made where the kind is made, so that both say what is checked.
 */
import type { z } from 'zod';

export interface Kind {
  /** As in its messages: `a whole number from 1 to 1000`. */
  readonly says?: string;
  /** JSON Schema of what is written; absent: as zod has it. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** It may be any of these. */
  readonly forms?: readonly z.ZodType[];
  /** Of a map that is told of by itself, wherever it stands: `healthcheck`. */
  readonly called?: string;
  /** How a default is written; absent: as it is. */
  readonly written?: (value: never) => unknown;
}

const kinds = new WeakMap<object, Kind>();

/** The same schema, of which this is known from now on. */
export function kind<S extends z.ZodType>(schema: S, told: Kind): S {
  kinds.set(schema, told);
  return schema;
}

/** Of the schema, or of the one that it is a stricter form of. */
export function kindOf(schema: z.ZodType): Kind | undefined {
  const { parent } = schema._zod;
  return kinds.get(schema) ?? (parent === undefined ? undefined : kindOf(parent as z.ZodType));
}
