/** outrider.v1.Coordinator: POST /rollback, as one coordinator hands it on to another. */
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { emergencyRollback } from './emergency.js';
import { refuse, who } from './fields.js';
import type { Inside } from './inside.js';

type Body = Readonly<Record<string, unknown>>;

export function emergencyMethods(inside: Inside): Pick<Service<CoordinatorHandlers>, 'EmergencyRollback'> {
  return {
    EmergencyRollback: async ({ body, by }) => ({
      body: JSON.stringify(await emergencyRollback(inside, read(body), who(by))),
    }),
  };
}

function read(text: string): Body {
  let value: unknown;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch (error) {
    return refuse('body', `it is no JSON: ${messageOf(error)}`);
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Body)
    : refuse('body', 'expected is a map');
}
