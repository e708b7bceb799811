/** Variables of a process as people write them: the same words for agents and for what prepares a release. */
import { z } from 'zod';
import { kind } from '../runtime/kind.js';
import { byForm, fitting, list, mapOf, must } from '../runtime/shape.js';
import { NO_KEY } from '../runtime/yaml-nodes.js';
import { RESERVED_VARIABLE } from './rights-schema.js';
import { problemOfLength } from './spec-strings.js';

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

const SCALAR_RULE = 'a text, a number, true or false';
const scalar = kind(
  z
    .union([z.string(), z.number(), z.boolean()], must(SCALAR_RULE))
    .transform(String)
    .refine((value) => !value.includes('\0'), must('a text without NUL')),
  { says: SCALAR_RULE, json: { type: ['string', 'number', 'boolean'] } },
);

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
export const environment = byForm<Readonly<Record<string, string>>>(
  {
    list: list(
      fitting('KEY=VALUE', (line) => line.includes('=', 1)).refine((line) => !line.startsWith(`${NO_KEY}=`), {
        error: `has ${NO_KEY}, which is no name of a variable here.`,
      }),
      '["LOG_LEVEL=info"]',
    )
      .transform((lines): Record<string, string | number | boolean> =>
        Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])),
      )
      .pipe(variables),
    otherwise: variables,
  },
  { says: 'a map of texts, numbers, true and false, or a list of KEY=VALUE' },
);
