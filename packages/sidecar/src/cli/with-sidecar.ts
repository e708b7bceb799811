/** The way from a verb to a sidecar: the one of this machine at its socket, or one at `--endpoint` by gRPC. */
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Limit, SidecarCalls } from './calls.js';
import { findSocket } from './find-socket.js';
import { overSocket } from './over-socket.js';

/** What every verb can be told. */
export interface Globals {
  readonly json: boolean;
  readonly environment?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly socket?: string | undefined;
  /** Undefined: 30 s for a question, none for a follower. */
  readonly timeoutMs?: number | undefined;
}

const QUESTION_MS = 30_000;

/** For questions: the time that `--timeout` gives, else 30 s. */
export const timeLimit = ({ timeoutMs }: Globals): Limit => ({ timeoutMs: timeoutMs ?? QUESTION_MS });

export async function withSidecar<T>(globals: Globals, act: (sidecar: SidecarCalls) => Promise<T>): Promise<T> {
  const sidecar = await reach(globals);
  try {
    if (globals.environment !== undefined) await checkEnvironment(globals.environment, sidecar, globals);
    return await act(sidecar);
  } finally {
    sidecar.close();
  }
}

async function reach({ endpoint, socket }: Globals): Promise<SidecarCalls> {
  if (endpoint === undefined) return overSocket(socket ?? (await findSocket()));
  if (socket !== undefined) throw new OutriderError('invalid', 'Say --endpoint or --socket, not both.');
  const { overGrpc } = await import('./over-grpc.js');
  return overGrpc(endpoint);
}

async function checkEnvironment(wanted: string, sidecar: SidecarCalls, globals: Globals): Promise<void> {
  const { environment } = await sidecar.status(timeLimit(globals));
  if (environment === wanted) return;
  const sentence = `The sidecar at ${sidecar.place} is of ${environment}, not of ${wanted}. Name another.`;
  throw new OutriderError('refused', sentence);
}
