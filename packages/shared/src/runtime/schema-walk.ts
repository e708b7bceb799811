import type { z } from 'zod';

interface Inside {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly valueType?: z.ZodType;
  readonly element?: z.ZodType;
}

const insideOf = (schema: z.ZodType): Inside => schema.def;

/** The schema without `optional`, `default`, transformations and their like. */
function core(schema: z.ZodType): z.ZodType {
  const { innerType, in: input } = insideOf(schema);
  const next = innerType ?? input;
  return next === undefined ? schema : core(next);
}

/** Where a path of keys leads in a schema of maps; `known` are the keys at the first one that is none. */
export function schemaAt(
  schema: z.ZodType,
  path: readonly string[],
):
  | { readonly found: true; readonly takes: 'text' | 'list' | 'other' }
  | { readonly found: false; readonly index: number; readonly known: readonly string[] } {
  let here = core(schema);
  for (const [index, key] of path.entries()) {
    const { shape, valueType } = insideOf(here);
    const next = shape !== undefined && Object.hasOwn(shape, key) ? shape[key] : valueType;
    if (next === undefined) return { found: false, index, known: Object.keys(shape ?? {}) };
    here = core(next);
  }
  const { type } = insideOf(here);
  return { found: true, takes: type === 'array' ? 'list' : TEXTUAL.has(type) ? 'text' : 'other' };
}

const TEXTUAL = new Set(['string', 'enum', 'literal', 'union']);
