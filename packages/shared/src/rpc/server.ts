/** A gRPC server over plain async functions: token checked, errors mapped, health and reflection included. */
import type { EventEmitter } from 'node:events';
import grpc from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation, type ServingStatusMap } from 'grpc-health-check';
import { OutriderError } from '../runtime/errors.js';
import { tokenMatches } from '../runtime/token.js';
import { describable } from './reflection.js';
import type { LoadedProto } from './loader.js';
import { type CallContext, FORWARDED } from './methods.js';
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
    'grpc.so_reuseport': 0,
  });
  const ending = new AbortController();
  server.addService(options.service, handlersOf(options, ending.signal));
  const initial: ServingStatusMap = { '': 'SERVING' };
  const health = new HealthImplementation(initial);
  health.addToServer(server);
  new ReflectionService(describable(options.proto.definition)).addToServer(server);
  try {
    const addresses: string[] = [];
    for (const address of options.listen) addresses.push(await bind(server, address));
    return {
      addresses,
      setHealth: (service, serving) => health.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING'),
      close: () => close(server, ending),
    };
  } catch (error) {
    server.forceShutdown();
    throw error;
  }
}

function bind(server: grpc.Server, address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error !== null)
        reject(
          new OutriderError('unavailable', `Cannot listen on ${address} (gRPC): ${error.message}.`, { cause: error }),
        );
      else resolve(address.replace(/:\d+$/, `:${port}`));
    });
  });
}

function close(server: grpc.Server, ending: AbortController): Promise<void> {
  ending.abort();
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

function handlersOf(options: GrpcServerOptions, ending: AbortSignal): grpc.UntypedServiceImplementation {
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
    handlers[name] = method.responseStream
      ? streamHandler(handler, guard, failed)
      : unaryHandler(handler, guard, failed, method.requestStream);
  }
  return handlers;
}

type Guard = (call: AnyCall) => CallContext;
type Failed = (error: unknown) => ReturnType<typeof toStatus>;

function unaryHandler(handler: AnyHandler, guard: Guard, failed: Failed, streams: boolean): grpc.UntypedHandleCall {
  return (call: grpc.ServerUnaryCall<object, object>, callback: grpc.sendUnaryData<object>) => {
    const run = async (): Promise<object> => {
      const context = guard(call);
      return handler(streams ? call : call.request, context) as Promise<object>;
    };
    run().then(
      (response) => callback(null, response),
      (error: unknown) => callback(failed(error)),
    );
  };
}

function streamHandler(handler: AnyHandler, guard: Guard, failed: Failed): grpc.UntypedHandleCall {
  return (call: grpc.ServerWritableStream<object, object>) => {
    const run = async (): Promise<void> => {
      const context = guard(call);
      for await (const message of handler(call.request, context) as AsyncIterable<object>) {
        if (context.signal.aborted) break;
        if (!call.write(message)) await drained(call, context.signal);
      }
      call.end();
    };
    run().catch((error: unknown) => {
      if (!call.cancelled) call.emit('error', failed(error));
    });
  };
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
