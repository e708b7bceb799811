/**
 * The one error class that crosses boundaries. Its message is a sentence for people: what is wrong,
 * where, and what to do. Anything else that is thrown is a bug.
 */
export type ErrorCode =
  /** The caller's input is wrong. */
  | 'invalid'
  | 'not_found'
  /** Well formed, and not allowed now: locked, fenced, held, changed. */
  | 'refused'
  | 'unauthenticated'
  | 'unavailable'
  | 'timeout'
  | 'internal';

export class OutriderError extends Error {
  override readonly name = 'OutriderError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The sentence of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Exit code of a program that ends with this error: docs/operations.md lists them. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof OutriderError)) return 1;
  switch (error.code) {
    case 'invalid':
    case 'not_found':
      return 2;
    case 'refused':
    case 'unauthenticated':
      return 4;
    case 'unavailable':
    case 'timeout':
      return 5;
    case 'internal':
      return 1;
  }
}
