/** outrider.v1.Coordinator: errors of agents. */
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import type { ErrorsRequest__Output } from '@outrider/shared/gen/outrider/v1/ErrorsRequest.js';
import type { ErrorsResponse } from '@outrider/shared/gen/outrider/v1/ErrorsResponse.js';
import { writeEvent } from '@outrider/shared/rpc/codec.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { filterOf, followedErrors } from './errors.js';
import { refuse } from './fields.js';
import type { Inside } from './inside.js';

const MOST_LINES = 20_000;

export const errorMethods = (inside: Inside): Pick<Service<CoordinatorHandlers>, 'Errors'> => ({
  Errors: (request, { signal }) => answer(inside, request, signal),
});

async function* answer(
  inside: Inside,
  request: ErrorsRequest__Output,
  signal: AbortSignal,
): AsyncGenerator<ErrorsResponse> {
  const filter = filterOf(request);
  const { since, lines } = request;
  if (!Number.isSafeInteger(since) || since < 0) refuse('since', 'expected are milliseconds since 1970');
  if (lines < 0 || lines > MOST_LINES) refuse('lines', `expected is a number from 0 to ${MOST_LINES}`);
  if (request.follow) {
    for await (const event of followedErrors(inside, filter, { since, lines }, signal)) {
      yield { error: writeEvent(event) };
    }
    return;
  }
  const { groups, dropped } = await inside.errors.grouped(filter, since);
  for (const { context, hosts, ...group } of groups) {
    yield { group: { ...group, hosts: [...hosts], context: JSON.stringify(context) } };
  }
  for (const one of dropped) yield { dropped: one };
}
