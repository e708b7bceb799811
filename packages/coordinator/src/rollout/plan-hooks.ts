/** The hooks of a plan, a line each, for people. */
import type { HookSpec } from '@outrider/shared/domain/hook.js';

/** `first`: the host on which a command runs that runs once. */
export const hookLines = (hooks: readonly HookSpec[], first: string): readonly string[] =>
  hooks.map(({ name, action, on, undo, onFailure }) => {
    const isCommand = action.kind === 'command';
    const what = isCommand ? action.command.join(' ') : `POST ${action.url}`;
    const where = on === 'each' ? 'each host' : isCommand ? `once, on ${first}` : 'once';
    const more = [
      where,
      ...(undo === undefined ? [] : [`undone by ${undo.join(' ')}`]),
      ...(onFailure === 'fail' ? [] : [`on failure: ${onFailure}`]),
    ];
    return `${name}: ${what} (${more.join('; ')})`;
  });
