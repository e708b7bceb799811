/** Variables of a process as people write them: the same words for agents and for what prepares a release. */
import { z } from 'zod';
import { byForm, list, mapOf, must } from '../runtime/shape.js';
import { NO_KEY } from '../runtime/yaml-nodes.js';
import { RESERVED_VARIABLE } from './rights-schema.js';
import { problemOfLength } from './spec-strings.js';

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

const scalar = z
  .union([z.string(), z.number(), z.boolean()], must('a text, a number, true or false'))
  .transform(String)
  .refine((value) => !value.includes('\0'), must('a text without NUL'));

const variables = mapOf(scalar, 'a map of variables').superRefine((map, context) => {
  for (const [key, value] of Object.entries(map)) {
    const message = !VARIABLE.test(key)
      ? 'is no name of a variable: letters, digits and "_", not beginning with a digit.'
      : RESERVED_VARIABLE.test(key)
        ? 'is set by Outrider itself and cannot be chosen.'
        : problemOfLength(`${key}=${value}`);
    if (message !== undefined) context.addIssue({ code: 'custom', path: [key], message });
  }
});

/** A map, or a list of `KEY=VALUE`. */
export const environment = byForm<Readonly<Record<string, string>>>((value) => {
  if (!Array.isArray(value)) return variables;
  const entry = z
    .string(must('KEY=VALUE'))
    .refine((line) => line.includes('=', 1), must('KEY=VALUE'))
    .refine((line) => !line.startsWith(`${NO_KEY}=`), { error: `has ${NO_KEY}, which is no name of a variable here.` });
  return list(entry, '["LOG_LEVEL=info"]')
    .transform((lines): Record<string, string | number | boolean> =>
      Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])),
    )
    .pipe(variables);
});
