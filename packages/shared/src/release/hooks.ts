/** What concerns several hooks, or a hook and its surroundings: names, references, settings. */
import type { AppSpec } from '../domain/agent.js';
import { HOOK_POINTS, type HookAction, type HookPoint, type HookSpec, TOLD_ALONE } from '../domain/hook.js';
import type { ValuePath } from '../runtime/yaml-source.js';
import type { UnnamedHook } from './hooks-schema.js';
import { fillerOf, problemsOfReferences, type Surroundings } from './own-references.js';
import { problemOfHttpUrl } from './spec-strings.js';

type Written = { readonly [P in HookPoint]?: readonly UnnamedHook[] | undefined };

/** Each has the name of its point; the second one there is `before_switch-2`. */
export const namedHooks = (written: Written): readonly HookSpec[] =>
  HOOK_POINTS.flatMap((point) =>
    (written[point] ?? []).map((hook, index): HookSpec => ({
      ...{ name: index === 0 ? point : `${point}-${index + 1}`, point },
      ...hook,
      onFailure: TOLD_ALONE.includes(point) ? 'continue' : (hook.onFailure ?? 'fail'),
    })),
  );

/** What of Outrider's own may stand in a command, filled in on the host; in a webhook, by the coordinator. */
export const HOOK_VARIABLES = [
  'OUTRIDER_APP',
  'OUTRIDER_VERSION',
  'OUTRIDER_ENVIRONMENT',
  'OUTRIDER_HOST',
  'OUTRIDER_HOST_ADDRESS',
  'OUTRIDER_ROLLOUT',
] as const;
const WEBHOOK_VARIABLES: readonly string[] = HOOK_VARIABLES.slice(0, 3);

/** Paths begin below `hooks`. */
export function hookProblems(hooks: readonly HookSpec[]): { readonly path: ValuePath; readonly message: string }[] {
  return hooks.flatMap((hook) => {
    const known = hook.action.kind === 'command' ? HOOK_VARIABLES : WEBHOOK_VARIABLES;
    const found: string[] = [];
    fillHook(hook, (value) => {
      const unknown = (name: string): string =>
        `has \${${name}}, which is not known there. Known: ${known.join(', ')}.`;
      found.push(...problemsOfReferences(value, known, unknown));
      return value;
    });
    return found.map((message) => ({ path: [hook.point], message }));
  });
}

type Fill = (value: string) => string;

const fillHook = (hook: HookSpec, fill: Fill): HookSpec => ({
  ...hook,
  action: fillAction(hook.action, fill),
  ...(hook.undo === undefined ? {} : { undo: hook.undo.map(fill) }),
});

const fillAction = (action: HookAction, fill: Fill): HookAction =>
  action.kind === 'webhook'
    ? { ...action, url: fill(action.url) }
    : {
        ...action,
        command: action.command.map(fill),
        ...(action.user === undefined ? {} : { user: fill(action.user) }),
      };

export interface HooksInput extends Omit<Surroundings, 'app'> {
  readonly spec: AppSpec;
}

/** The hooks of a release with everything of the environment filled in; problems are sentences. */
export function resolveHooks({ spec, ...around }: HooksInput): {
  readonly hooks: readonly HookSpec[];
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const hooks = (spec.hooks ?? []).map((hook): HookSpec => {
    const fill = fillerOf({ app: spec.app, ...around }, (setting) => {
      problems.push(
        `The hook ${hook.name} needs the setting ${setting}, which the environment ${around.environment} does not have.`,
      );
    });
    const filled = fillHook(hook, fill);
    problems.push(...problemsOfFilled(filled, problems.length > 0));
    return filled;
  });
  return { hooks, problems };
}

function problemsOfFilled({ name, action, undo = [] }: HookSpec, isKnownWrong: boolean): string[] {
  if (isKnownWrong) return [];
  if (action.kind === 'command') {
    const [program = ''] = action.command;
    return program.trim() === ''
      ? [`The command of the hook ${name} is empty with the settings of this environment.`]
      : [];
  }
  return [action.url, ...undo].flatMap((url) => {
    const problem = problemOfHttpUrl(url);
    return problem === undefined ? [] : [`The webhook of the hook ${name} ${problem}`];
  });
}
