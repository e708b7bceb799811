/** The only place where error codes become HTTP statuses and back. */
import type { ErrorCode } from '../runtime/errors.js';

const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  not_found: 404,
  refused: 409,
  unauthenticated: 401,
  unavailable: 503,
  timeout: 504,
  internal: 500,
};

export const statusOf = (code: ErrorCode): number => STATUS_OF[code];

/** Of an answer that is no success; what is none of ours is a request that was wrong, or a bug of whoever answered. */
export function codeOf(status: number): ErrorCode {
  const known = (Object.keys(STATUS_OF) as ErrorCode[]).find((code) => STATUS_OF[code] === status);
  return known ?? (status < 500 ? 'invalid' : 'internal');
}
