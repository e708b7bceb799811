/**
 * Runs hooks on this host, each in a session of its own: written down, then begun; watched to its end; taken over from
 * the sidecar before. Whoever asks again hears what became of it. Decides nothing about rollouts.
 */
import type { HookAnswer, HookAsk } from '@outrider/shared/domain/hook.js';
import { redact } from '@outrider/shared/domain/redact.js';
import { type Clock, rfc3339 } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import {
  answerOf,
  type AttemptEnd,
  type AttemptVerdict,
  judgeAttempt,
  judgeHook,
  judgeLost,
} from '../../host/hook-run.js';
import type { Limits, LogReader, Processes, RunningProcess, Secrets } from '../ports.js';
import { agentOf, environmentOf, filled, type HookSurroundings } from './launch.js';
import type { HookRecords, KeptHook, PlaceOf } from './ports.js';

export interface HookRunnerOptions extends HookSurroundings {
  readonly clock: Clock;
  readonly bootId: string;
  readonly processes: Pick<Processes, 'spawn' | 'adopt' | 'find' | 'endOf' | 'killTree'>;
  readonly limits: Limits;
  /** With folders apart from those of agents. */
  readonly secrets: Secrets;
  readonly records: HookRecords;
  readonly logs: Pick<LogReader, 'last'>;
  readonly logFile: (id: string) => string;
  readonly placeOf: PlaceOf;
  /** Why nothing may begin on this host; undefined: it may. */
  readonly barred: () => string | undefined;
  readonly newId: () => string;
  readonly warn: (sentence: string) => void;
}

/** Between two attempts. */
const AGAIN_MS = 1_000;
const MOST_LINES = 20;

export class HookRunner {
  /** Those under way. */
  private readonly running = new Map<string, KeptHook>();
  private readonly listeners = new Map<string, Set<() => void>>();
  private stopped = false;

  constructor(private readonly options: HookRunnerOptions) {}

  /** Takes over what an earlier sidecar has begun. */
  start(): void {
    for (const record of this.options.records.load()) if (record.state === 'running') this.resume(record);
    this.options.secrets.sweep(new Set([...this.running.values()].map(({ incarnation }) => incarnation)));
  }

  /** Programs run on; the next sidecar takes them over. */
  stop(): void {
    this.stopped = true;
  }

  /** Answers once it has ended, or after this time. Rejects with `OutriderError` where it can't be written down. */
  async ask(ask: HookAsk, waitMs: number): Promise<HookAnswer> {
    const answer = this.answer(ask);
    if (answer.state !== 'running') return answer;
    await this.ended(ask.undoes !== undefined && !this.running.has(ask.id) ? ask.undoes : ask.id, waitMs);
    return this.answer(ask);
  }

  private answer(ask: HookAsk): HookAnswer {
    const { records, barred } = this.options;
    const known = this.running.get(ask.id) ?? records.read(ask.id);
    const undone = ask.undoes === undefined ? undefined : (this.running.get(ask.undoes) ?? records.read(ask.undoes));
    const why = barred();
    const verdict = judgeHook({ ask, known, undone, ...(why === undefined ? {} : { barred: why }) });
    switch (verdict.kind) {
      case 'answer':
        return verdict.answer;
      case 'void': {
        const never = { state: 'void', reason: verdict.reason, log: [] } as const;
        for (const voided of verdict.asks) records.write({ ...this.newRecord(voided, 0, ''), ...never });
        return never;
      }
      case 'begin': {
        records.prune(new Set([...this.running.keys(), ask.id, ask.undoes ?? '']));
        const record = this.attempt(this.newRecord(ask, 1, this.options.newId()));
        return answerOf(record);
      }
    }
  }

  private newRecord(ask: HookAsk, attempt: number, id: string): KeptHook {
    const { clock, bootId } = this.options;
    return {
      ...{ ask, attempt, incarnation: id === '' ? '' : `hook-${id}`, bootId, state: 'running', reason: '', log: [] },
      ...{ sinceBootMs: clock.sinceBoot(), since: rfc3339(clock.now()) },
    };
  }

  /** The intent is on disk before the program runs, so that it is never begun twice. */
  private attempt(record: KeptHook): KeptHook {
    this.options.records.write(record);
    this.running.set(record.ask.id, record);
    try {
      const running = this.spawn(record);
      const begun = { ...record, identity: running.identity };
      this.running.set(record.ask.id, begun);
      // Its mark finds it where this can't be written.
      this.tryWrite(begun);
      this.watch(begun, running);
      return begun;
    } catch (error) {
      // Nothing runs; where it is the first attempt, nothing has.
      const state = record.attempt === 1 ? 'void' : 'failed';
      return this.finish(record, { state, reason: messageOf(error), again: false });
    }
  }

  private spawn({ ask, incarnation }: KeptHook): RunningProcess {
    const { processes, limits, secrets, placeOf, logFile } = this.options;
    const agent = agentOf(ask);
    const confinement = limits.confinementOf(agent);
    const place = placeOf(ask.app, ask.release);
    const env = environmentOf(ask, incarnation, place, confinement, this.options);
    const provided = secrets.provide(incarnation, ask.secrets, confinement.user);
    const secret = provided === undefined ? {} : { ...provided.variables, OUTRIDER_SECRETS_DIR: provided.folder };
    return processes.spawn({
      ...{ incarnation, command: filled(ask.command, env), cwd: place.cwd },
      ...{ env: { ...env, ...secret }, logFile: logFile(ask.id), sockets: [], confinement },
    });
  }

  private resume(record: KeptHook): void {
    const { processes, bootId, logFile } = this.options;
    this.running.set(record.ask.id, record);
    const identity = record.identity ?? processes.find(record.incarnation, logFile(record.ask.id), record.sinceBootMs);
    if (record.bootId !== bootId || identity === undefined) {
      this.finish(record, judgeLost(record, bootId));
      return;
    }
    const found = { ...record, identity };
    this.running.set(record.ask.id, found);
    const running = processes.adopt(identity);
    if (running === undefined) void this.attemptEnded(found, { status: processes.endOf(identity), late: false });
    else this.watch(found, running);
  }

  /** Its whole tree is killed when its time is over, and what it leaves behind when it has ended. */
  private watch(record: KeptHook, running: RunningProcess): void {
    const { clock, processes } = this.options;
    const { ask, sinceBootMs, incarnation } = record;
    let late = false;
    const left = Math.max(0, sinceBootMs + ask.timeoutMs - clock.sinceBoot());
    const cancel = clock.after(left, () => {
      late = true;
      void processes.killTree(running.identity, incarnation);
    });
    void running.ended.then((status) => {
      cancel();
      void this.attemptEnded(record, { status, late });
    });
  }

  private async attemptEnded(record: KeptHook, end: AttemptEnd): Promise<void> {
    const { processes, secrets, clock, newId } = this.options;
    if (record.identity !== undefined) await processes.killTree(record.identity, record.incarnation);
    secrets.remove(record.incarnation);
    if (this.stopped) return;
    const verdict = judgeAttempt(record, end);
    if (!verdict.again) {
      this.finish(record, verdict);
      return;
    }
    clock.after(AGAIN_MS, () => {
      if (this.stopped) return;
      const { identity: _identity, ...rest } = record;
      const next = { attempt: record.attempt + 1, incarnation: `hook-${newId()}`, sinceBootMs: clock.sinceBoot() };
      try {
        this.attempt({ ...rest, ...next });
      } catch (error) {
        this.finish(record, { ...verdict, reason: `${verdict.reason}; ${messageOf(error)}` });
      }
    });
  }

  private finish(record: KeptHook, { state, reason }: AttemptVerdict): KeptHook {
    const { logs, logFile, secrets } = this.options;
    secrets.remove(record.incarnation);
    const log = state === 'done' ? [] : logs.last(logFile(record.ask.id), MOST_LINES).map(redact);
    const over = { ...record, state, reason, log };
    // What can't be written is said all the same, for as long as this sidecar lives; to the next one it is unknown.
    if (this.tryWrite(over)) this.running.delete(record.ask.id);
    else this.running.set(record.ask.id, over);
    const waiting = this.listeners.get(record.ask.id) ?? [];
    for (const tell of waiting) tell();
    return over;
  }

  private tryWrite(record: KeptHook): boolean {
    try {
      this.options.records.write(record);
      return true;
    } catch (error) {
      this.options.warn(messageOf(error));
      return false;
    }
  }

  private ended(id: string, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.listeners.get(id) ?? new Set();
      this.listeners.set(id, waiting);
      const done = (): void => {
        cancel();
        waiting.delete(done);
        if (waiting.size === 0) this.listeners.delete(id);
        resolve();
      };
      const cancel = this.options.clock.after(waitMs, done);
      waiting.add(done);
    });
  }
}
