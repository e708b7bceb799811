/** The hooks of a plan: of which app they are, and a line each, for people. */
import type { HookSpec } from '@outrider/shared/domain/hook.js';
import type { Target } from './plan-host.js';

/** As they are called in a rollout of several apps. */
export const hooksOfApp = (hooks: readonly HookSpec[], app: string): readonly HookSpec[] =>
  hooks.map((hook) => ({ ...hook, app, name: `${app}/${hook.name}` }));

export const hookLines = (
  hooks: readonly HookSpec[],
  targets: readonly Pick<Target, 'host' | 'app'>[],
): readonly string[] =>
  hooks.map(({ name, app, action, on, undo, onFailure }) => {
    const isCommand = action.kind === 'command';
    const what = isCommand ? action.command.join(' ') : `POST ${action.url}`;
    const first = targets.find((target) => app === undefined || target.app === app)?.host.name ?? '';
    const where = on === 'each' ? 'each host' : isCommand ? `once, on ${first}` : 'once';
    const more = [
      where,
      ...(undo === undefined ? [] : [`undone by ${undo.join(' ')}`]),
      ...(onFailure === 'fail' ? [] : [`on failure: ${onFailure}`]),
    ];
    return `${name}: ${what} (${more.join('; ')})`;
  });
