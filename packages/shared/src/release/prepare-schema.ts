/** The vocabulary of `prepare:` in agents.yaml: what is made on a host of files of the release, once, while it is staged. */
import type { PrepareSpec } from '../domain/prepare.js';
import { byForm, duration, list, mapOf, must, name, strict } from '../runtime/shape.js';
import { commandSchema } from './command-schema.js';
import { inside, place } from './path-schema.js';
import { user } from './rights-schema.js';
import { environment } from './variables-schema.js';

const EXAMPLE = '{ command: [python3, -m, venv, venv], files: [requirements.txt], creates: venv }';
const DEFAULT_TIMEOUT_MS = 600_000;
/** Numbers as keys would come first, wherever they stand. */
const STEP_NAME = /^[a-z][a-z0-9._-]{0,62}$/;
const STEP_RULE = 'name of a step: lower-case letters, digits, ".", "_" and "-", beginning with a letter';

const created = place.refine(
  (path) => !path.endsWith('/'),
  must('the path of a folder or a file, without a slash at the end'),
);

/** One, or a list. */
const creates = byForm<readonly string[]>(
  {
    list: list(created, '[venv]').refine((paths) => paths.length > 0, must('at least one path')),
    otherwise: created.transform((one) => [one]),
  },
  { says: 'a path inside the release, or a list of them' },
);

const stepSchema = strict(
  {
    command: commandSchema.describe('What makes it. No shell runs.'),
    files: list(inside('a glob'), '[requirements.txt, "wheels/**"]').describe(
      'Globs over the release: all that the command finds in its folder. Each must match something; []: nothing.',
    ),
    creates: creates.describe('The folder or file that it makes, at which the release has nothing itself.'),
    depends_on: list(name('the name of a step before this one'), '[venv]')
      .default([])
      .describe('Steps before it: what they create is in its folder too.'),
    environment: environment.default({}).describe('Variables, as of an agent.'),
    user: user.optional().meta({ description: 'Whom it runs as.', absent: "the sidecar's" }),
    timeout: duration(100, 86_400_000)
      .default(DEFAULT_TIMEOUT_MS)
      .describe('After it, it is killed with all that it has started, and the staging fails.'),
  },
  {
    called: 'step',
    unsupported: ['secrets'],
    instead: { exec: 'command', run: 'command', env: 'environment', outputs: 'creates', inputs: 'files' },
  },
).transform(({ depends_on, user: who, timeout, ...step }): Omit<PrepareSpec, 'name'> => ({
  ...step,
  dependsOn: depends_on,
  ...(who === undefined ? {} : { user: who }),
  timeoutMs: timeout,
}));

/** A map of steps, in the order in which they run. */
export const prepareSchema = mapOf(stepSchema, `a map of steps, such as { venv: ${EXAMPLE} }`)
  .superRefine((steps, context) => {
    for (const key of Object.keys(steps).filter((one) => !STEP_NAME.test(one))) {
      context.addIssue({ code: 'custom', path: [key], message: `is no ${STEP_RULE}.` });
    }
  })
  .transform((steps): readonly PrepareSpec[] => Object.entries(steps).map(([key, step]) => ({ name: key, ...step })));
