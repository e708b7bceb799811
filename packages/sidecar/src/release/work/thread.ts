/**
 * A program of its own: the thread that does the long part. It gives way to agents, and to the thread that looks after
 * them; what it reads, writes and hashes is nobody else's hurry.
 */
import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { grpcClient } from '../fetch/remotes.js';
import { DiskWork } from './disk-work.js';
import type { StageStep } from '../../supervise/ports.js';
import type { MakeJob, ReleaseWork, VerifyJob } from './release-work.js';
import { type FromThread, plainError, type ThreadData, type ToThread } from './thread-messages.js';

const NICE = 10;
/** How far it has come is told so often. */
const TELL_EVERY_MS = 50;

function giveWay(): void {
  try {
    // On Linux of this thread alone.
    setPriority(0, NICE);
  } catch {
    // It is as quick as the others then.
  }
}

function serve(port: MessagePort, work: ReleaseWork): void {
  const aborts = new Map<number, AbortController>();
  const tell = (message: FromThread): void => port.postMessage(message);
  port.on('message', (message: ToThread) => {
    if (message.kind === 'abort') {
      aborts.get(message.id)?.abort();
      return;
    }
    const { id } = message;
    const abort = new AbortController();
    aborts.set(id, abort);
    void answerOf(work, message, tell, abort.signal)
      .then(
        (value) => tell({ kind: 'done', id, value }),
        (error: unknown) => tell({ kind: 'failed', id, error: plainError(error) }),
      )
      .finally(() => aborts.delete(id));
  });
}

function answerOf(
  work: ReleaseWork,
  { id, method, argument }: Extract<ToThread, { kind: 'call' }>,
  tell: (message: FromThread) => void,
  signal: AbortSignal,
): Promise<unknown> {
  // Whoever asks what a release needs will have it made soon.
  if (method === 'need') void grpcClient();
  if (method !== 'make' && method !== 'verify') {
    return (work[method] as (argument: unknown) => Promise<unknown>)(argument);
  }
  let toldAt = 0;
  const tellSometimes = (isEnd: boolean, ...told: readonly unknown[]): void => {
    const now = performance.now();
    if (!isEnd && now - toldAt < TELL_EVERY_MS) return;
    toldAt = now;
    tell({ kind: 'progress', id, told });
  };
  if (method === 'verify') {
    const progress = (done: number, total: number): void => tellSometimes(done >= total, done, total);
    return work.verify(argument as VerifyJob, progress, signal);
  }
  const progress = (step: StageStep): void => tellSometimes(step.bytesDone >= step.bytesTotal, step);
  return work.make(argument as MakeJob, progress, signal);
}

giveWay();
if (parentPort !== null) serve(parentPort, new DiskWork({ ...(workerData as ThreadData), clock: systemClock }));
