/**
 * The methods of gRPC, called in this process: requests and answers go through the same encoding as over the wire, so that
 * whoever answers by them has what the command line has, member by member.
 */
import { coordinatorProto } from '@outrider/shared/rpc/loader.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import type { CallContext } from '@outrider/shared/rpc/methods.js';
import type { CoordinatorService } from '../forwarding.js';

/** As a client has it. What takes a stream of requests is not there. */
export type Wire = Omit<CoordinatorRemote, 'endpoint' | 'connected' | 'close' | 'PutBlobs'>;

/** As long as callers of HTTP wait. */
const LEFT_MS = 30_000;

type Handler = (request: unknown, context: CallContext) => unknown;

/** `peer`: for the history. Calls end with `signal`. */
export function wireOf(service: CoordinatorService, caller: Pick<CallContext, 'peer' | 'isTrusted' | 'signal'>): Wire {
  const { service: definition } = coordinatorProto().types.outrider.v1.Coordinator;
  const context: CallContext = { ...caller, isForwarded: false, leftMs: LEFT_MS };
  const call = (name: keyof CoordinatorService): unknown => {
    const { requestSerialize, requestDeserialize, responseSerialize, responseDeserialize, responseStream } =
      definition[name];
    const ask = (request: unknown): unknown =>
      (service[name] as unknown as Handler)(
        (requestDeserialize as (bytes: Buffer) => unknown)((requestSerialize as (value: unknown) => Buffer)(request)),
        context,
      );
    const read = (answer: unknown): unknown =>
      (responseDeserialize as (bytes: Buffer) => unknown)((responseSerialize as (value: unknown) => Buffer)(answer));
    if (!responseStream) return async (request: unknown) => read(await ask(request));
    return async function* (request: unknown) {
      for await (const one of ask(request) as AsyncIterable<unknown>) yield read(one);
    };
  };
  return new Proxy({} as Wire, { get: (_, name) => call(name as keyof CoordinatorService) });
}
