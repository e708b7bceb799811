/**
 * Has the long part done by a thread of its own, so that gigabytes hold up nothing else in this process. The thread is
 * started when there is something to do, and ends when there has been nothing for a while: it takes memory.
 */
import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { ReleaseWork } from './release-work.js';
import { errorOf, type FromThread, type Method, type ThreadData, type ToThread } from './thread-messages.js';

export interface ThreadedWorkOptions {
  /** What the thread runs: `thread.ts`, built. */
  readonly program: URL;
  readonly data: ThreadData;
  readonly clock: Clock;
  /** Where the program is not the one of this build any more, the work is done here. */
  readonly here: () => ReleaseWork;
  readonly warn: (sentence: string) => void;
  /** Told when the thread comes, and when it has gone. */
  readonly busy?: (isBusy: boolean) => void;
}

const IDLE_MS = 30_000;
/** It ends where it would take more. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 24 };

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly progress?: (...told: readonly unknown[]) => void;
}

export class ThreadedWork implements ReleaseWork {
  private readonly build: string;
  private readonly calls = new Map<number, Call>();
  private thread: Worker | undefined;
  private inThis: ReleaseWork | undefined;
  private last = 0;
  private stopIdling: () => void = () => undefined;

  constructor(private readonly options: ThreadedWorkOptions) {
    this.build = this.buildNow();
  }

  need: ReleaseWork['need'] = (job) => this.elsewhere()?.need(job) ?? this.call('need', job);
  check: ReleaseWork['check'] = (job) => this.elsewhere()?.check(job) ?? this.call('check', job);
  remember: ReleaseWork['remember'] = (job) => this.elsewhere()?.remember(job) ?? this.call('remember', job);
  clear: ReleaseWork['clear'] = (job) => this.elsewhere()?.clear(job) ?? this.call('clear', job);
  freeable: ReleaseWork['freeable'] = (dropped) =>
    this.elsewhere()?.freeable(dropped) ?? this.call('freeable', dropped);
  make: ReleaseWork['make'] = (job, progress, signal) =>
    this.elsewhere()?.make(job, progress, signal) ?? this.call('make', job, progress as Call['progress'], signal);
  verify: ReleaseWork['verify'] = (job, progress, signal) =>
    this.elsewhere()?.verify(job, progress, signal) ?? this.call('verify', job, progress as Call['progress'], signal);

  private async call<T>(
    method: Method,
    argument: unknown,
    progress?: Call['progress'],
    signal?: AbortSignal,
  ): Promise<T> {
    const thread = (this.thread ??= this.started());
    const tell = (message: ToThread): void => thread.postMessage(message);
    const id = (this.last += 1);
    const abort = (): void => tell({ kind: 'abort', id });
    this.stopIdling();
    try {
      return await new Promise<T>((resolve, reject) => {
        const call = { resolve: resolve as Call['resolve'], reject };
        this.calls.set(id, progress === undefined ? call : { ...call, progress });
        tell({ kind: 'call', id, method, argument });
        if (signal?.aborted === true) abort();
        else signal?.addEventListener('abort', abort, { once: true });
      });
    } finally {
      signal?.removeEventListener('abort', abort);
      this.calls.delete(id);
      if (this.calls.size === 0) this.idle();
    }
  }

  private started(): Worker {
    const { program, data, busy } = this.options;
    busy?.(true);
    const thread = new Worker(program, { workerData: data, resourceLimits: LIMITS, name: 'releases' });
    let why = 'it was ended';
    thread.on('message', (message: FromThread) => this.heard(message));
    thread.on('error', (error: unknown) => (why = messageOf(error)));
    thread.once('exit', () => {
      if (this.thread !== thread) return;
      this.thread = undefined;
      busy?.(false);
      const sentence = `The thread that brings releases to this host has ended: ${why}. Stage the release again.`;
      for (const { reject } of this.calls.values()) reject(new OutriderError('unavailable', sentence));
    });
    // It alone keeps nothing alive.
    thread.unref();
    return thread;
  }

  private heard(message: FromThread): void {
    const call = this.calls.get(message.id);
    if (message.kind === 'done') call?.resolve(message.value);
    else if (message.kind === 'failed') call?.reject(errorOf(message.error));
    else call?.progress?.(...message.told);
  }

  private idle(): void {
    this.stopIdling();
    this.stopIdling = this.options.clock.after(IDLE_MS, () => void this.end());
  }

  /** What is under way fails. The next thing to do starts another one. */
  async end(): Promise<void> {
    this.stopIdling();
    await this.thread?.terminate();
  }

  /** One writes in the store: once it is this thread, it is for good. */
  private elsewhere(): ReleaseWork | undefined {
    const isBuilt = this.build !== '' && this.buildNow() === this.build;
    if (this.inThis !== undefined || this.thread !== undefined || isBuilt) return this.inThis;
    if (this.build !== '') {
      this.options.warn(
        'Releases are brought here by the thread that looks after agents from now on: the program on the disk is ' +
          'another than the one that runs. Restart the sidecar; its agents run on.',
      );
    }
    return (this.inThis = this.options.here());
  }

  /** Tells one build of the program from another. */
  private buildNow(): string {
    const found = statSync(this.options.program, { throwIfNoEntry: false });
    return found === undefined ? '' : [found.dev, found.ino, found.mtimeMs, found.size].join(' ');
  }
}
