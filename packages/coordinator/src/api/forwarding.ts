/** Puts the leader before each method that changes the fleet: any coordinator takes such a call, the leader does it. */
import type { ServiceDefinition } from '@grpc/grpc-js';
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import type { Piece } from '@outrider/shared/release/transfer/piece.js';
import type { CallContext, CallOptions, Service } from '@outrider/shared/rpc/methods.js';
import type { Leader } from './leader.js';

export type CoordinatorService = Service<CoordinatorHandlers>;
type Method = keyof CoordinatorService;

/** Need the token and only read. */
const READS: ReadonlySet<string> = new Set<Method>([
  ...(['Blobs', 'ChunksOfBlobs', 'ManifestChunks', 'ShowRelease', 'VerifyRelease', 'Logs'] as const),
  ...(['PlanRollout', 'PlanRollback', 'Evidence', 'TestHealth', 'Diagnose', 'AskHosts'] as const),
]);
/** Goes to the hosts, over the links that every coordinator has. */
const TO_HOSTS: ReadonlySet<string> = new Set<Method>(['ControlAgent']);

/** As long as a caller waits for an answer. */
const FORWARDED_MS = 30_000;

type Unary = (request: unknown, context: CallContext) => Promise<object>;
type Call = (request: unknown, options: CallOptions) => Promise<object>;

/** `open`: methods that only read what is no secret. Whatever is none of the known reads is a change. */
export function forwarding(
  service: CoordinatorService,
  definition: ServiceDefinition,
  open: ReadonlySet<string>,
  leader: Leader,
): CoordinatorService {
  const methods = Object.entries(definition).map(([name, { requestStream, responseStream }]) => {
    const here = service[name as Method] as Unary;
    if (open.has(name) || READS.has(name)) return [name, here];
    if (TO_HOSTS.has(name)) return [name, unlessReadOnly(here, leader)];
    if (responseStream) throw new Error(`${name} changes something and answers with a stream: nobody forwards that.`);
    return [name, atLeader(name as Method, here, leader, requestStream)];
  });
  return Object.fromEntries(methods) as CoordinatorService;
}

function unlessReadOnly(here: Unary, leader: Leader): Unary {
  return async (request, context) => {
    leader.refuseIfReadOnly();
    return here(request, context);
  };
}

function atLeader(name: Method, here: Unary, leader: Leader, streams: boolean): Unary {
  return (request, context) => {
    const { signal, isForwarded, leftMs } = context;
    const limits = streams ? { beside: true } : { timeoutMs: Math.min(FORWARDED_MS, leftMs) };
    return leader.carryOut(
      { signal, isForwarded, leftMs, again: !streams },
      () => here(request, context),
      (remote, still) =>
        (remote[name] as unknown as Call)(streams ? kept(request) : request, { ...limits, signal: still }),
    );
  };
}

/** What comes is good until the next is asked for, and may be sent later. */
async function* kept(requests: unknown): AsyncGenerator {
  for await (const piece of requests as AsyncIterable<Piece>) yield { ...piece, data: Buffer.from(piece.data) };
}
