/**
 * Turns grpc-js's callback types, as generated, into promises and async iterables; besides one name, types only.
 * `H` is a generated `...Handlers`, `D` the generated `...Definition` of the same service.
 */
import type { handleClientStreamingCall, handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';

type Named<H> = keyof { [K in keyof H as string extends K ? never : K]: true } & string;

/** The key of the metadata that a call has which a coordinator hands on. */
export const FORWARDED = 'outrider-forwarded';

/** What a handler learns about a call besides its request. */
export interface CallContext {
  /** Aborted when the caller goes away or the server ends. */
  readonly signal: AbortSignal;
  /** `ADDRESS:PORT` of the caller. */
  readonly peer: string;
  /** The caller has shown the token. Always so where a method needs it; others may tell those more. */
  readonly isTrusted: boolean;
  /** Another coordinator has handed it on: it goes no further. */
  readonly isForwarded: boolean;
  /** Milliseconds until the caller gives up, as it has said with the call; Infinity: it waits for ever. */
  readonly leftMs: number;
}

export interface CallOptions {
  /** Milliseconds; without it, 10 s for unary calls and no limit for streams. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Contents may travel on a side stream: each message that comes is good until the next is asked for. */
  readonly beside?: boolean;
}

/** A service as plain async functions, in the server's view. */
export type Service<H> = {
  readonly [K in Named<H>]: H[K] extends handleUnaryCall<infer Q, infer R>
    ? (request: Q, context: CallContext) => Promise<R>
    : H[K] extends handleServerStreamingCall<infer Q, infer R>
      ? (request: Q, context: CallContext) => AsyncIterable<R>
      : H[K] extends handleClientStreamingCall<infer Q, infer R>
        ? (requests: AsyncIterable<Q>, context: CallContext) => Promise<R>
        : never;
};

type In<M> = M extends MethodDefinition<infer Q, infer _R, infer _QO, infer _RO> ? Q : never;
type Out<M> = M extends MethodDefinition<infer _Q, infer _R, infer _QO, infer RO> ? RO : never;

/** A service as plain async functions, in the client's view. Failures are `OutriderError`s. */
export type Remote<H, D> = {
  readonly [K in Named<H> & keyof D]: H[K] extends handleUnaryCall<infer _Q, infer _R>
    ? (request: In<D[K]>, options?: CallOptions) => Promise<Out<D[K]>>
    : H[K] extends handleServerStreamingCall<infer _Q, infer _R>
      ? (request: In<D[K]>, options?: CallOptions) => AsyncIterable<Out<D[K]>>
      : H[K] extends handleClientStreamingCall<infer _Q, infer _R>
        ? (requests: AsyncIterable<In<D[K]>>, options?: CallOptions) => Promise<Out<D[K]>>
        : never;
};
