/** The vocabulary of `hooks:` in agents.yaml: one hook at a time, and the map of the points at which they run. */
import type { z } from 'zod';
import { HOOK_POINTS, type HookPoint, type HookSpec, TOLD_ALONE } from '../domain/hook.js';
import { byForm, choice, duration, list, must, strict, text, whole } from '../runtime/shape.js';
import { commandSchema } from './command-schema.js';
import { secretName, user } from './rights-schema.js';
import { problemOfHttpUrl } from './spec-strings.js';

export type UnnamedHook = Omit<HookSpec, 'name' | 'point' | 'onFailure'> & Partial<Pick<HookSpec, 'onFailure'>>;

const DEFAULTS = { timeoutMs: 60_000 };
const EXAMPLE = '{ command: [alembic, upgrade, head] } or { webhook: "https://..." }';

const hookSchema = strict(
  {
    command: commandSchema.optional().describe('A program that runs in the folder of the release. No shell runs.'),
    webhook: text('a URL').optional().describe('Instead of a command: a URL that the coordinator calls by POST.'),
    on: choice(['once', 'each'])
      .default('each')
      .describe('each: on every host that the step is about. once: on the first host of the rollout, or one call.'),
    undo: commandSchema
      .optional()
      .describe('With once: what takes it back where the rollout goes back; of a webhook one URL.'),
    user: user.optional().meta({ description: 'Whom the command runs as.', absent: "the sidecar's" }),
    secrets: list(secretName, '[DATABASE_URL]')
      .optional()
      .describe('Names of values of the host that the command gets, as an agent does.'),
    timeout: duration(100, 86_400_000).default(DEFAULTS.timeoutMs).describe('Of each attempt.'),
    retries: whole(0, 100).default(0).describe('Further attempts after the first one.'),
    on_failure: choice(['fail', 'continue', 'hold']).optional().meta({
      description: 'fail: the rollout fails. hold: it waits for a person. continue: it is told, and stops nothing.',
      absent: 'fail, or continue where a failure can stop nothing any more',
    }),
  },
  { called: 'hook', instead: { exec: 'command', run: 'command', url: 'webhook', env: 'secrets' } },
)
  .superRefine((hook, context) => {
    for (const { path, message } of problemsOf(hook)) context.addIssue({ code: 'custom', path: [...path], message });
  })
  .transform(({ command, webhook, on, undo, user: who, secrets = [], timeout, retries, on_failure }): UnnamedHook => ({
    action:
      command === undefined
        ? { kind: 'webhook', url: webhook ?? '' }
        : {
            ...{ kind: 'command', command },
            ...(who === undefined ? {} : { user: who }),
            ...(secrets.length === 0 ? {} : { secrets }),
          },
    on,
    ...(undo === undefined ? {} : { undo }),
    ...{ timeoutMs: timeout, retries },
    ...(on_failure === undefined ? {} : { onFailure: on_failure }),
  }));

const ofPoint = (point: HookPoint) =>
  byForm<readonly UnnamedHook[]>({
    list: list(hookSchema, `[${EXAMPLE}]`),
    otherwise: hookSchema.transform((one) => [one]),
  }).superRefine((hooks, context) => {
    const index = hooks.findIndex(({ onFailure }) => onFailure === 'fail' || onFailure === 'hold');
    if (index === -1 || !TOLD_ALONE.includes(point)) return;
    context.addIssue({
      code: 'custom',
      path: ['on_failure'],
      message: `can only be continue at ${point}: what fails there is told, and stops nothing.`,
    });
  });

const sentenceOf = (point: HookPoint): string => {
  const [when = '', step = ''] = point.split('_');
  return `What is run ${when} the step ${step}.`;
};

export const hooksSchema = strict(
  Object.fromEntries(
    HOOK_POINTS.map((point) => [point, ofPoint(point).optional().describe(sentenceOf(point))]),
  ) as Record<HookPoint, z.ZodOptional<ReturnType<typeof ofPoint>>>,
);

interface Written {
  readonly command?: readonly string[] | undefined;
  readonly webhook?: string | undefined;
  readonly on: 'once' | 'each';
  readonly undo?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly secrets?: readonly string[] | undefined;
}

interface Wrong {
  readonly path: readonly string[];
  readonly message: string;
}

function problemsOf(hook: Written): Wrong[] {
  const { command, webhook, on, undo, secrets = [] } = hook;
  if ((command === undefined) === (webhook === undefined)) {
    const what = command === undefined ? 'does nothing' : 'has both command and webhook';
    return [{ path: [], message: `${what}: give it exactly one of command and webhook, such as ${EXAMPLE}.` }];
  }
  const wrong: Wrong[] = [];
  if (undo !== undefined && on === 'each') {
    wrong.push({ path: ['undo'], message: 'needs on: once: what each host has done is taken back by before_revert.' });
  }
  const twice = secrets.findIndex((secret, index) => secrets.indexOf(secret) < index);
  if (twice !== -1) wrong.push({ path: ['secrets'], message: `has "${secrets[twice] ?? ''}" twice.` });
  if (webhook === undefined) return wrong;
  for (const key of ['user', 'secrets'] as const) {
    if (hook[key] !== undefined) wrong.push({ path: [key], message: 'is only for a command: a webhook takes none.' });
  }
  const problem = problemOfUrl(webhook);
  if (problem !== undefined) wrong.push({ path: ['webhook'], message: problem });
  if (undo !== undefined && (undo.length !== 1 || problemOfUrl(undo[0] ?? '') !== undefined)) {
    wrong.push({ path: ['undo'], message: must('of a webhook one URL').error({ input: undo.join(' ') }) });
  }
  return wrong;
}

/** What begins with a setting is looked at once that is filled in. */
const problemOfUrl = (url: string): string | undefined => (url.startsWith('${') ? undefined : problemOfHttpUrl(url));
