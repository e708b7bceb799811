/** A gRPC server over plain async functions: token checked, errors mapped, health and reflection included. */
import type { EventEmitter } from 'node:events';
import grpc from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation, type ServingStatusMap } from 'grpc-health-check';
import { OutriderError } from '../runtime/errors.js';
import { reasonOf } from '../runtime/system-error.js';
import { tokenMatches } from '../runtime/token.js';
import { describable } from './reflection.js';
import type { LoadedProto } from './loader.js';
import { type CallContext, FORWARDED } from './methods.js';
import { type AcceptedSide, AcceptedSides } from './side/accepted.js';
import { type Front, type FrontOptions, startFront } from './side/front.js';
import { messagesOf, sendMessages, SIDE_METHODS } from './side/messages.js';
import { SIDE_KEY } from './side/words.js';
import { toStatus } from './status.js';

export interface GrpcServerOptions {
  readonly service: grpc.ServiceDefinition;
  readonly proto: LoadedProto<unknown>;
  /** A `Service<...Handlers>`; kept loose here, typed where it is made. */
  readonly implementation: object;
  /** `HOST:PORT`, all bound or none; port 0 picks one. */
  readonly listen: readonly string[];
  /** Any of these opens the methods that are not in `open`. */
  readonly tokens: () => readonly string[];
  /** Names of methods that need no token: they only read what is no secret. */
  readonly open: ReadonlySet<string>;
  /** Called with errors that are bugs. */
  readonly onBug: (error: unknown, method: string) => void;
}

export interface GrpcServer {
  /** As bound, in the order of `listen`. */
  readonly addresses: readonly string[];
  /** grpc.health.v1; service '' is set to SERVING at the start. */
  setHealth(service: string, serving: boolean): void;
  /** Lets calls under way end for a second, then cuts them. */
  close(): Promise<void>;
}

const CLOSE_WITHIN_MS = 1_000;

export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const server = new grpc.Server({
    'grpc.max_receive_message_length': 64 * 1024 * 1024,
    'grpc.max_send_message_length': 64 * 1024 * 1024,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
  });
  const ending = new AbortController();
  const sides = new AcceptedSides();
  server.addService(options.service, handlersOf(options, sides, ending.signal));
  const initial: ServingStatusMap = { '': 'SERVING' };
  const health = new HealthImplementation(initial);
  health.addToServer(server);
  new ReflectionService(describable(options.proto.definition)).addToServer(server);
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const fronts: Front[] = [];
  const endFronts = (): void => fronts.forEach((front) => front.close());
  try {
    for (const address of options.listen) {
      fronts.push(
        await bind(address, {
          grpc: (socket) => injector.injectConnection(socket),
          side: (ticket, socket) => sides.add(ticket, socket),
        }),
      );
    }
    return {
      addresses: fronts.map(({ address }) => address),
      setHealth: (service, serving) => health.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING'),
      close: async () => {
        ending.abort();
        endFronts();
        await close(server);
        sides.close();
      },
    };
  } catch (error) {
    endFronts();
    server.forceShutdown();
    throw error;
  }
}

async function bind(address: string, options: FrontOptions): Promise<Front> {
  try {
    return await startFront(address, options);
  } catch (error) {
    throw new OutriderError('unavailable', `Cannot listen on ${address} (gRPC): ${reasonOf(error)}`, { cause: error });
  }
}

function close(server: grpc.Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, CLOSE_WITHIN_MS);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

type AnyHandler = (request: unknown, context: CallContext) => Promise<object> | AsyncIterable<object>;
type AnyCall =
  | grpc.ServerUnaryCall<object, object>
  | grpc.ServerReadableStream<object, object>
  | grpc.ServerWritableStream<object, object>;

function handlersOf(
  options: GrpcServerOptions,
  sides: AcceptedSides,
  ending: AbortSignal,
): grpc.UntypedServiceImplementation {
  const implementation = options.implementation as Readonly<Record<string, AnyHandler>>;
  const handlers: grpc.UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(options.service)) {
    const handler = implementation[name];
    if (handler === undefined) throw new Error(`The service has no handler for ${name}.`);
    const guard = (call: AnyCall): CallContext => {
      const isTrusted = tokenMatches(bearerOf(call.metadata), options.tokens());
      if (!options.open.has(name) && !isTrusted) {
        throw new OutriderError(
          'unauthenticated',
          `${name} needs the token: metadata "authorization: Bearer TOKEN", from the file "token" in the server's run_dir.`,
        );
      }
      return { ...contextOf(call, ending), isTrusted };
    };
    const failed = (error: unknown): ReturnType<typeof toStatus> => {
      if (!(error instanceof OutriderError)) options.onBug(error, name);
      return toStatus(error);
    };
    const sideOf = async (call: AnyCall, signal: AbortSignal): Promise<AcceptedSide | undefined> => {
      const [ticket] = SIDE_METHODS.has(name) ? call.metadata.get(SIDE_KEY) : [];
      return typeof ticket === 'string' ? sides.claim(ticket, signal) : undefined;
    };
    const parts = { handler, guard, failed, method, sideOf };
    handlers[name] = method.responseStream ? streamHandler(parts) : unaryHandler(parts);
  }
  return handlers;
}

interface Parts {
  readonly handler: AnyHandler;
  readonly guard: (call: AnyCall) => CallContext;
  readonly failed: (error: unknown) => ReturnType<typeof toStatus>;
  readonly method: grpc.ServiceDefinition[string];
  readonly sideOf: (call: AnyCall, signal: AbortSignal) => Promise<AcceptedSide | undefined>;
}

function unaryHandler({ handler, guard, failed, method, sideOf }: Parts): grpc.UntypedHandleCall {
  return (call: grpc.ServerUnaryCall<object, object>, callback: grpc.sendUnaryData<object>) => {
    const run = async (): Promise<object> => {
      const context = guard(call);
      if (!method.requestStream) return (await handler(call.request, context)) as object;
      const side = await sideOf(call, context.signal);
      const inline = call as unknown as AsyncIterable<object>;
      try {
        const requests = side === undefined ? inline : requestsOf(side, inline, method.requestDeserialize);
        return (await handler(requests, context)) as object;
      } finally {
        side?.close();
      }
    };
    run().then(
      (response) => callback(null, response),
      (error: unknown) => callback(failed(error)),
    );
  };
}

/** A caller that has left its side stream before it used it goes on without one. */
async function* requestsOf(
  { reader }: AcceptedSide,
  inline: AsyncIterable<object>,
  deserialize: (bytes: Buffer) => object,
): AsyncGenerator<object> {
  let isUsed = false;
  try {
    for await (const message of messagesOf(reader, deserialize)) {
      isUsed = true;
      yield message;
    }
    return;
  } catch (error) {
    if (isUsed) throw error;
  }
  yield* inline;
}

function streamHandler({ handler, guard, failed, method, sideOf }: Parts): grpc.UntypedHandleCall {
  return (call: grpc.ServerWritableStream<object, object>) => {
    const run = async (): Promise<void> => {
      const context = guard(call);
      const side = await sideOf(call, context.signal);
      const messages = handler(call.request, context) as AsyncIterable<object>;
      try {
        if (side === undefined) await sendInline(call, messages, context.signal);
        else await sendMessages(messages, side.writer, method.responseSerialize);
        call.end();
      } finally {
        side?.close();
      }
    };
    run().catch((error: unknown) => {
      if (!call.cancelled) call.emit('error', failed(error));
    });
  };
}

async function sendInline(
  call: grpc.ServerWritableStream<object, object>,
  messages: AsyncIterable<object>,
  signal: AbortSignal,
): Promise<void> {
  for await (const message of messages) {
    if (signal.aborted) break;
    if (!call.write(message)) await drained(call, signal);
  }
}

/** Waits until the caller has read, or has gone. */
function drained(call: grpc.ServerWritableStream<object, object>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.on('drain', done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

function contextOf(call: AnyCall, ending: AbortSignal): Omit<CallContext, 'isTrusted'> {
  const gone = new AbortController();
  (call as EventEmitter).on('cancelled', () => gone.abort());
  const leftMs = Number(call.getDeadline()) - Date.now();
  const isForwarded = call.metadata.get(FORWARDED).length > 0;
  return { signal: AbortSignal.any([gone.signal, ending]), peer: call.getPeer(), leftMs, isForwarded };
}

function bearerOf(metadata: grpc.Metadata): string | undefined {
  const value = metadata.get('authorization')[0];
  return typeof value === 'string' ? /^Bearer (.+)$/i.exec(value)?.[1] : undefined;
}
