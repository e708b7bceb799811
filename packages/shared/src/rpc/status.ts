/** The only place where error codes become gRPC status codes and back. */
import grpc from '@grpc/grpc-js';
import { type ErrorCode, messageOf, OutriderError } from '../runtime/errors.js';

export const STATUS_OF: Readonly<Record<ErrorCode, grpc.status>> = {
  invalid: grpc.status.INVALID_ARGUMENT,
  not_found: grpc.status.NOT_FOUND,
  refused: grpc.status.FAILED_PRECONDITION,
  unauthenticated: grpc.status.UNAUTHENTICATED,
  unavailable: grpc.status.UNAVAILABLE,
  timeout: grpc.status.DEADLINE_EXCEEDED,
  internal: grpc.status.INTERNAL,
};

/** The key of the metadata by which the words of a server are told from those of a connection that failed. */
const SAID = 'outrider-said';

/** What a handler's error tells the caller. Anything but an `OutriderError` is a bug and says no more than that. */
export function toStatus(error: unknown): {
  readonly code: grpc.status;
  readonly details: string;
  readonly metadata?: grpc.Metadata;
} {
  if (error instanceof OutriderError) {
    const metadata = new grpc.Metadata();
    metadata.set(SAID, '1');
    return { code: STATUS_OF[error.code], details: error.message, metadata };
  }
  return { code: grpc.status.INTERNAL, details: `Internal error: ${messageOf(error)}` };
}

/** A failed call as the caller's error. `endpoint` is named where the other side could not be reached. */
export function fromStatus(error: unknown, endpoint: string): OutriderError {
  const { code, details, metadata } = error as Partial<grpc.ServiceError>;
  const known = (Object.entries(STATUS_OF) as [ErrorCode, grpc.status][]).find(([, status]) => status === code);
  switch (known?.[0]) {
    case 'unavailable':
      if ((metadata?.get(SAID).length ?? 0) > 0)
        return new OutriderError('unavailable', details ?? messageOf(error), { cause: error });
      return new OutriderError('unavailable', `Cannot reach ${endpoint}: ${plainly(details)}.`, { cause: error });
    case 'timeout':
      return new OutriderError('timeout', `No answer from ${endpoint} in time.`, { cause: error });
    case undefined:
      if (code === grpc.status.CANCELLED)
        return new OutriderError('unavailable', `The call to ${endpoint} was cancelled.`, { cause: error });
      if (code === grpc.status.UNIMPLEMENTED) {
        return new OutriderError(
          'invalid',
          `${endpoint} does not know this call; it may run another version of Outrider.`,
          { cause: error },
        );
      }
      return new OutriderError('internal', `${endpoint}: ${details ?? messageOf(error)}`, { cause: error });
    default:
      return new OutriderError(known?.[0] ?? 'internal', details ?? messageOf(error), { cause: error });
  }
}

/** Whether a call has failed because the other side, of another version, does not have it. */
export const isUnknownCall = (error: unknown): boolean =>
  error instanceof OutriderError && (error.cause as Partial<grpc.ServiceError> | undefined)?.code === UNKNOWN_CALL;

const UNKNOWN_CALL = grpc.status.UNIMPLEMENTED;

/** What grpc-js says of a connection that failed, without its wrapping. */
function plainly(details = ''): string {
  const inner = /Last error: (?:Error: )?(.*?)\. Resolution note/.exec(details)?.[1] ?? details;
  return inner.replace(/\.$/, '') || 'no answer';
}
