/**
 * The one folder that calls the C library (through koffi, loaded at first use): what Node has no words for. This file
 * loads it and turns errno into errors; its neighbours hold the calls, one topic each. Every call returns at once (what
 * may take its time is done aside, by a thread) and decides nothing: callers know what a failure means.
 */
import { createRequire } from 'node:module';
import { getSystemErrorMap } from 'node:util';
import { OutriderError, messageOf } from '@outrider/shared/runtime/errors.js';

/** A call that failed; `code` is the name of its errno (`EADDRINUSE`). Stays inside process/. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  constructor(
    readonly call: string,
    readonly code: string,
    meaning: string,
  ) {
    super(`${meaning} (${code} from ${call})`);
  }
}

/** Calls return a number and set errno when it is negative. */
export interface Call {
  (...args: readonly unknown[]): number;
  /** The same in a thread; the last argument is told the result. */
  readonly async: (...args: readonly unknown[]) => void;
}

interface Koffi {
  load(path: null): { func(prototype: string): Call };
  struct(name: string, members: Members): unknown;
  sizeof(type: string): number;
  errno(): number;
  alloc(type: 'uint8_t', bytes: number): unknown;
  address(pointer: unknown): bigint;
  view(pointer: unknown, bytes: number): ArrayBuffer;
}

/** Name to type, in order; koffi lays them out as a C compiler does. */
type Members = Readonly<Record<string, string>>;

let loaded: { readonly koffi: Koffi; readonly libc: ReturnType<Koffi['load']> } | undefined;

function library(): NonNullable<typeof loaded> {
  if (loaded !== undefined) return loaded;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    return (loaded = { koffi, libc: koffi.load(null) });
  } catch (error) {
    throw new OutriderError('internal', `Cannot call the C library through koffi: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** A function of the C library by its prototype, bound at its first call. `structs`: those that it is the first to name. */
export function libcCall(prototype: string, structs: Readonly<Record<string, Members>> = {}): Call {
  let bound: Call | undefined;
  const bind = (): Call => {
    const { koffi, libc } = library();
    for (const [name, members] of Object.entries(structs)) koffi.struct(name, members);
    return libc.func(prototype);
  };
  const call = (): Call => (bound ??= bind());
  return Object.assign((...args: readonly unknown[]) => call()(...args), {
    async: (...args: readonly unknown[]) => call().async(...args),
  });
}

/** In bytes, of a type that C knows. */
export const sizeOf = (type: string): number => library().koffi.sizeof(type);

/** Memory that stays where it is, for structures that point into themselves. Never freed: one for each use, not for each call. */
export interface Block {
  /** To be passed to a call as `void *`. */
  readonly pointer: unknown;
  readonly address: bigint;
  readonly memory: ArrayBuffer;
}

export function allocate(bytes: number): Block {
  const { koffi } = library();
  const pointer = koffi.alloc('uint8_t', bytes);
  return { pointer, address: koffi.address(pointer), memory: koffi.view(pointer, bytes) };
}

/** `syscall(2)`, for what the C library has no function for; `args` as koffi wants variadic ones: type, value, ... */
export const syscall = libcCall('long syscall(long number, ...)');

/** Of the call that was made last. */
export const errno = (): number => library().koffi.errno();

/** The error of the call that was made last. */
export function failure(call: string): SystemCallError {
  const { koffi } = library();
  const [code, meaning] = getSystemErrorMap().get(-koffi.errno()) ?? [`errno ${koffi.errno()}`, 'unknown error'];
  return new SystemCallError(call, code, meaning);
}

/** @throws SystemCallError where `result` is negative */
export function checked(call: string, result: number): number {
  if (result < 0) throw failure(call);
  return result;
}

/** A function that may have to wait, called in a thread. Rejects with SystemCallError where its result is negative. */
export function libcCallAside(name: string, prototype: string): (...args: readonly unknown[]) => Promise<number> {
  const call = libcCall(prototype);
  return (...args) =>
    new Promise((resolve, reject) => {
      call.async(...args, (error: Error | null, result: number) => {
        // At once, before another call sets errno anew.
        if (error === null && result >= 0) resolve(result);
        else reject(error ?? failure(name));
      });
    });
}
