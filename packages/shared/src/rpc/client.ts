/** Clients of both services: promises and async iterables, tokens and deadlines put in, errors mapped. */
import grpc from '@grpc/grpc-js';
import type { CoordinatorDefinition, CoordinatorHandlers } from '../gen/outrider/v1/Coordinator.js';
import type { SidecarDefinition, SidecarHandlers } from '../gen/outrider/v1/Sidecar.js';
import { OutriderError } from '../runtime/errors.js';
import { type ClientMethod, clientMethods } from './client-methods.js';
import { type CallOptions, FORWARDED, type Remote } from './methods.js';
import { BrokenOff } from './side/frames.js';
import { answersOf, sendMessages, SIDE_METHODS } from './side/messages.js';
import { OpenedSide } from './side/opened.js';
import { SIDE_KEY } from './side/words.js';
import { fromStatus } from './status.js';

export interface ClientOptions {
  /** `HOST:PORT`. */
  readonly endpoint: string;
  readonly token?: string | undefined;
  /** Says with each call that it was handed on by a coordinator. */
  readonly forwards?: boolean;
}

export type SidecarRemote = Remote<SidecarHandlers, SidecarDefinition> & Closable;
export type CoordinatorRemote = Remote<CoordinatorHandlers, CoordinatorDefinition> & Closable;

interface Closable {
  readonly endpoint: string;
  /** Resolves once there is a connection. Rejects with `OutriderError('unavailable')` where there is none in time. */
  connected(withinMs: number): Promise<void>;
  /** Ends the connection; calls under way fail. */
  close(): void;
}

const UNARY_TIMEOUT_MS = 10_000;
/** A call whose side stream broke off ends by itself, or is ended. */
const END_WITHIN_MS = 5_000;

/** Notices a peer that vanished without a word, and asks soon again after a failure. */
const CHANNEL_OPTIONS: grpc.ChannelOptions = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.max_send_message_length': 64 * 1024 * 1024,
  // Contents come fast over long lines too; more would be held in memory here.
  'grpc-node.flow_control_window': 4 * 1024 * 1024,
  'grpc.use_local_subchannel_pool': 1,
  // Hosts are asked directly: a proxy of the environment would be shown the token.
  'grpc.enable_http_proxy': 0,
};

export const connectSidecar = (options: ClientOptions): SidecarRemote => connect<SidecarRemote>('Sidecar', options);

export const connectCoordinator = (options: ClientOptions): CoordinatorRemote =>
  connect<CoordinatorRemote>('Coordinator', options);

function connect<R>(service: 'Coordinator' | 'Sidecar', options: ClientOptions): R {
  const client = new grpc.Client(options.endpoint, grpc.credentials.createInsecure(), CHANNEL_OPTIONS);
  const { endpoint } = options;
  const connected = (withinMs: number): Promise<void> =>
    new Promise((resolve, reject) => {
      client.waitForReady(Date.now() + withinMs, (error) => {
        if (error === undefined) resolve();
        else
          reject(new OutriderError('unavailable', `Cannot reach ${endpoint}: it does not answer.`, { cause: error }));
      });
    });
  const remote: Record<string, unknown> = { endpoint, connected, close: () => client.close() };
  for (const [name, method] of clientMethods(service)) remote[name] = wrap(client, method, options);
  return remote as R;
}

/** One method as a function: a promise, or for a stream of responses an async iterable. */
function wrap(client: grpc.Client, method: ClientMethod, options: ClientOptions): unknown {
  const metadata = (side: OpenedSide | undefined): grpc.Metadata => {
    const result = new grpc.Metadata();
    if (options.token !== undefined) result.set('authorization', `Bearer ${options.token}`);
    if (options.forwards === true) result.set(FORWARDED, '1');
    if (side !== undefined) result.set(SIDE_KEY, side.ticket.toString('hex'));
    return result;
  };
  // Where it did not come about once, it is not waited for again.
  let isRefused = false;
  const sideFor = (given: CallOptions | undefined): OpenedSide | undefined => {
    if (given?.beside !== true || isRefused || !SIDE_METHODS.has(method.name)) return undefined;
    const side = new OpenedSide(options.endpoint);
    void side.accepted.then((isAccepted) => (isRefused ||= !isAccepted));
    return side;
  };
  if (!method.responseStream) {
    return (request: object | AsyncIterable<object>, given?: CallOptions) => {
      const side = sideFor(given);
      return callOnce(client, method, request, metadata(side), { ...given, side }, options.endpoint);
    };
  }
  const { path, requestSerialize, responseDeserialize } = method;
  return (request: object, given?: CallOptions) => {
    const side = sideFor(given);
    const call = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata(side),
      limitsOf(given),
    );
    const inline = iterate(call, given?.signal, options.endpoint);
    return side === undefined ? inline : answersOf(side, inline, responseDeserialize, () => call.cancel());
  };
}

function limitsOf(given: CallOptions | undefined, fallbackMs?: number): grpc.CallOptions {
  const timeout = given?.timeoutMs ?? fallbackMs;
  return timeout === undefined ? {} : { deadline: Date.now() + timeout };
}

function callOnce(
  client: grpc.Client,
  method: ClientMethod,
  request: object | AsyncIterable<object>,
  metadata: grpc.Metadata,
  given: CallOptions & { readonly side: OpenedSide | undefined },
  endpoint: string,
): Promise<object> {
  const { path, requestSerialize: serialize, responseDeserialize: deserialize } = method;
  return new Promise<object>((resolve, reject) => {
    let failed: { readonly error: unknown } | undefined;
    const done = (error: grpc.ServiceError | null, response?: object): void => {
      given.signal?.removeEventListener('abort', cancel);
      given.side?.close();
      if (error === null && response !== undefined) resolve(response);
      else reject(failed === undefined ? fromStatus(error, endpoint) : (failed.error as Error));
    };
    let call: grpc.ClientWritableStream<object> | grpc.ClientUnaryCall;
    const cancel = (): void => call.cancel();
    if (method.requestStream) {
      const stream = client.makeClientStreamRequest(path, serialize, deserialize, metadata, limitsOf(given), done);
      call = stream;
      feed(stream, request as AsyncIterable<object>, given.side, serialize).catch((error: unknown) => {
        // The call itself tells soon why its other end has left.
        if (error instanceof BrokenOff) return void setTimeout(cancel, END_WITHIN_MS).unref();
        // Whoever makes the requests knows better than the cancelled call.
        failed = { error };
        cancel();
      });
    } else {
      const limits = limitsOf(given, UNARY_TIMEOUT_MS);
      call = client.makeUnaryRequest(path, serialize, deserialize, request as object, metadata, limits, done);
    }
    given.signal?.addEventListener('abort', cancel, { once: true });
    if (given.signal?.aborted === true) cancel();
  });
}

async function feed(
  call: grpc.ClientWritableStream<object>,
  requests: AsyncIterable<object>,
  side: OpenedSide | undefined,
  serialize: ClientMethod['requestSerialize'],
): Promise<void> {
  if (side !== undefined && (await side.accepted)) {
    await sendMessages(requests, side.writer, serialize);
    call.end();
    return;
  }
  for await (const request of requests) {
    if (call.destroyed) return;
    if (!call.write(request)) await drained(call);
  }
  call.end();
}

/** Until it takes more, or has ended. */
function drained(call: grpc.ClientWritableStream<object>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done).off('close', done);
      resolve();
    };
    call.on('drain', done).on('close', done);
  });
}

async function* iterate(
  call: grpc.ClientReadableStream<object>,
  signal: AbortSignal | undefined,
  endpoint: string,
): AsyncGenerator<object> {
  const cancel = (): void => call.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted === true) cancel();
  try {
    for await (const message of call) yield message as object;
  } catch (error) {
    throw fromStatus(error, endpoint);
  } finally {
    signal?.removeEventListener('abort', cancel);
    call.cancel();
  }
}
