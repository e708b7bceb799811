/** Hooks on a host without processes or disk: the sidecar's own decisions about them, and programs that may do anything. */
import type { HookAnswer, HookAsk } from '@outrider/shared/domain/hook.js';
import { answerOf, type HookRecord, judgeAttempt, judgeHook, judgeLost } from '@outrider/sidecar/host/hook-run.js';
import type { Chance } from './chance.js';

/** What a program does: end well, end badly, or never end, so that it is killed. */
export type HookFate = 'good' | 'bad' | 'hangs';

interface Program {
  readonly id: string;
  readonly fate: HookFate;
  /** Moves that it takes. */
  left: number;
}

export class HookHost {
  readonly faults: string[] = [];
  /** How often a program was begun for each run. */
  readonly begun = new Map<string, number>();
  /** Written down, and never begun: nobody can tell. */
  readonly doubtful = new Set<string>();
  /** Its sidecar dies between the record and the program. */
  diesAtBegin = false;
  private readonly records = new Map<string, HookRecord>();
  private programs: Program[] = [];
  private boots = 1;

  constructor(
    readonly name: string,
    private readonly chance: Chance,
    private readonly fateOf: (ask: HookAsk) => HookFate,
  ) {}

  /** Undefined: its sidecar died of it. */
  ask(ask: HookAsk): HookAnswer | undefined {
    const known = this.records.get(ask.id);
    const undone = ask.undoes === undefined ? undefined : this.records.get(ask.undoes);
    const verdict = judgeHook({ ask, known, undone });
    if (verdict.kind === 'answer') return verdict.answer;
    if (verdict.kind === 'void') {
      const never = { state: 'void', reason: verdict.reason, log: [] } as const;
      for (const voided of verdict.asks)
        this.records.set(voided.id, { ...this.newRecord(voided), attempt: 0, ...never });
      return never;
    }
    this.records.set(ask.id, this.newRecord(ask));
    if (this.diesAtBegin) {
      this.diesAtBegin = false;
      this.doubtful.add(ask.id);
      this.restart();
      return undefined;
    }
    this.begin(ask);
    return answerOf(this.records.get(ask.id)!);
  }

  /** One move of every program. */
  work(): void {
    for (const program of this.programs.filter((one) => --one.left <= 0)) {
      this.programs = this.programs.filter((one) => one !== program);
      const record = this.records.get(program.id)!;
      const { fate } = program;
      const status =
        fate === 'hangs' ? { kind: 'signal', signal: 'SIGKILL' } : { kind: 'code', code: fate === 'bad' ? 1 : 0 };
      const { state, reason, again } = judgeAttempt(record, { status: status as never, late: fate === 'hangs' });
      if (again) {
        this.records.set(program.id, { ...record, attempt: record.attempt + 1 });
        this.begin(record.ask);
      } else {
        this.records.set(program.id, { ...record, state, reason });
      }
    }
  }

  /** Another sidecar: what still runs is taken over, of what does not nobody knows anything. */
  restart(): void {
    for (const [id, record] of this.records) {
      if (record.state !== 'running' || this.programs.some((one) => one.id === id)) continue;
      this.records.set(id, { ...record, ...judgeLost(record, this.boot) });
    }
  }

  /** The end of a program is seen by nobody. */
  restartUnseen(): void {
    this.programs = [];
    this.restart();
  }

  reboot(): void {
    this.boots += 1;
    this.restartUnseen();
  }

  get isBusy(): boolean {
    return this.programs.length > 0;
  }

  isRunning(id: string): boolean {
    return this.programs.some((one) => one.id === id);
  }

  private get boot(): string {
    return `boot-${this.boots}`;
  }

  private begin(ask: HookAsk): void {
    const times = (this.begun.get(ask.id) ?? 0) + 1;
    this.begun.set(ask.id, times);
    if (times > ask.retries + 1)
      this.faults.push(`a hook runs once: ${ask.id} was begun ${times} times on ${this.name}`);
    if (this.isRunning(ask.id)) this.faults.push(`a hook runs once: ${ask.id} runs twice on ${this.name}`);
    if (ask.undoes !== undefined && this.isRunning(ask.undoes)) {
      this.faults.push(`undone only when all are back: ${ask.undoes} still runs on ${this.name}`);
    }
    const fate = this.fateOf(ask);
    this.programs.push({ id: ask.id, fate, left: fate === 'hangs' ? 12 : 1 + Math.floor(this.chance() * 6) });
  }

  private newRecord(ask: HookAsk): HookRecord {
    const place = { incarnation: ask.id, sinceBootMs: 0, bootId: this.boot, since: '' };
    return { ask, attempt: 1, ...place, state: 'running', reason: '', log: [] };
  }
}
