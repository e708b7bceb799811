import type { z } from 'zod';
import type { ValuePath } from './yaml-source.js';

/** What a schema finds wrong at one place. */
export interface Finding {
  readonly path: ValuePath;
  /** Without its subject; begins with a verb. */
  readonly message: string;
}

/** Checks a value; unknown keys come out one by one, each at its own place. */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
): { readonly ok: true; readonly value: z.output<S> } | { readonly ok: false; readonly findings: readonly Finding[] } {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const findings = result.error.issues.flatMap((issue): Finding[] => {
    if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
    const messages = issue.message.split('\n');
    return issue.keys.map((key, index) => ({ path: [...issue.path, key], message: messages[index] ?? issue.message }));
  });
  return { ok: false, findings };
}

/** `agents.vision.healthcheck[1].interval` */
export function formatPath(path: ValuePath): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`))
    .join('');
}
