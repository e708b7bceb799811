/** What goes between the thread that supervises and the one that does the long part. */
import { DiskProblem } from '@outrider/shared/release/store/disk.js';
import { type ErrorCode, messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { DiskWorkOptions } from './disk-work.js';
import type { ReleaseWork } from './release-work.js';

/** What the thread is started with. */
export type ThreadData = Omit<DiskWorkOptions, 'clock'>;

export type Method = keyof ReleaseWork;

export type ToThread =
  | { readonly kind: 'call'; readonly id: number; readonly method: Method; readonly argument: unknown }
  | { readonly kind: 'abort'; readonly id: number };

export type FromThread =
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  /** `told`: as the method tells it. */
  | { readonly kind: 'progress'; readonly id: number; readonly told: readonly unknown[] }
  | { readonly kind: 'failed'; readonly id: number; readonly error: PlainError };

/** An error as data. */
export interface PlainError {
  readonly message: string;
  /** Absent: it is a bug. */
  readonly code?: ErrorCode;
  /** The disk refused. */
  readonly isOfDisk?: true;
  readonly stack?: string;
}

export const plainError = (error: unknown): PlainError => ({
  message: messageOf(error),
  ...(error instanceof OutriderError ? { code: error.code } : {}),
  ...(error instanceof DiskProblem ? { isOfDisk: true } : {}),
  ...(error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}),
});

export function errorOf({ message, code, isOfDisk, stack }: PlainError): Error {
  if (code !== undefined) return isOfDisk ? new DiskProblem(code, message) : new OutriderError(code, message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
