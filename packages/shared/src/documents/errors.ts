/** `coordinator errors --json`, and GET /errors. */
import type { DroppedErrors__Output } from '../gen/outrider/v1/DroppedErrors.js';
import type { ErrorGroup__Output } from '../gen/outrider/v1/ErrorGroup.js';

export const errorsDocument = (groups: readonly ErrorGroup__Output[], dropped: readonly DroppedErrors__Output[]) => ({
  groups: groups.map(({ errorType, context, ...group }) => ({
    ...group,
    ...{ error_type: errorType, context: JSON.parse(context === '' ? '{}' : context) as Record<string, unknown> },
  })),
  dropped,
});
