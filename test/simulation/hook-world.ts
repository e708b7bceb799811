/**
 * The hooks of a simulated rollout: questions and answers that are late, twice or lost, leaders that ask as if they still
 * led, sidecars that die beside a program. What must hold of them is judged at each decision and at the end.
 */
import type { Decision, RolloutEvent } from '@outrider/coordinator/rollout/decision.js';
import { askOf, type HookCall, hookCalls } from '@outrider/coordinator/rollout/hook-ask.js';
import { undoId } from '@outrider/coordinator/rollout/hooks.js';
import type { HookAnswer, HookAsk, HookSpec } from '@outrider/shared/domain/hook.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { type Chance, chanceOf, pick } from './chance.js';
import { type HookFate, HookHost } from './hook-host.js';

export interface HookOptions {
  readonly specs: readonly HookSpec[];
  /** Of a program, by chance: how many of ten end badly. */
  readonly badOfTen: number;
  /** Programs and sidecars may die, and answers be given up. */
  readonly trouble: boolean;
}

export interface HookSurroundings {
  readonly seed: number;
  readonly hosts: readonly string[];
  readonly rollout: () => Rollout;
  readonly epoch: () => number;
  /** That a host obeys. */
  readonly boundTo: (index: number) => number;
  readonly isCut: (index: number) => boolean;
  readonly tell: (event: RolloutEvent) => void;
  readonly now: () => number;
}

interface Ask {
  readonly host: number;
  readonly ask: HookAsk;
  readonly epoch: number;
}

interface Answer {
  readonly run: string;
  readonly answer: HookAnswer;
  readonly epoch: number;
}

export class HookWorld {
  readonly hosts: readonly HookHost[];
  private readonly chance: Chance;
  private asks: Ask[] = [];
  private answers: Answer[] = [];
  /** What a leader knew that was followed by another. */
  private ghost: { readonly rollout: Rollout; readonly epoch: number } | undefined;

  constructor(
    private readonly options: HookOptions,
    private readonly around: HookSurroundings,
  ) {
    this.chance = chanceOf(around.seed ^ 0x400c);
    const fateOf = (): HookFate =>
      this.chance() * 10 >= options.badOfTen ? 'good' : pick(this.chance, ['bad', 'bad', 'hangs'] as const);
    this.hosts = around.hosts.map((name) => new HookHost(name, this.chance, fateOf));
  }

  get faults(): readonly string[] {
    return this.hosts.flatMap(({ faults }) => faults);
  }

  /** Something happens, about as often as anything else does. */
  stir(): void {
    const dice = this.chance();
    const host = this.hosts[Math.floor(this.chance() * this.hosts.length)];
    if (dice < 0.25) this.askAll(this.around.rollout(), this.around.epoch());
    else if (dice < 0.5) this.deliver(Math.floor(this.chance() * this.asks.length));
    else if (dice < 0.7) this.hear(Math.floor(this.chance() * this.answers.length));
    else if (dice < 0.85) for (const each of this.hosts) each.work();
    else if (dice < 0.88) this.asks.splice(Math.floor(this.chance() * this.asks.length), 1);
    else if (dice < 0.91) this.answers.splice(Math.floor(this.chance() * this.answers.length), 1);
    else if (dice < 0.93 && this.ghost !== undefined) this.askAll(this.ghost.rollout, this.ghost.epoch);
    else if (dice < 0.95) host?.restart();
    else if (this.options.trouble) this.trouble(host);
  }

  private trouble(host: HookHost | undefined): void {
    const dice = this.chance();
    if (dice < 0.15) host?.restartUnseen();
    else if (dice < 0.3) host?.reboot();
    else if (dice < 0.5 && host !== undefined) host.diesAtBegin = true;
    else this.giveUp();
  }

  /** Its leader has waited long enough for somebody who can't be reached. */
  private giveUp(): void {
    const [run] = hookCalls(this.around.rollout());
    if (run === undefined) return;
    const answer: HookAnswer = { state: 'unknown', reason: 'no word', log: [] };
    this.around.tell({ kind: 'hook', run: run.run.id, answer, at: this.around.now() });
  }

  /** All is asked for, done and heard. */
  calm(): void {
    this.askAll(this.around.rollout(), this.around.epoch());
    while (this.asks.length > 0) this.deliver(0);
    for (const host of this.hosts) host.work();
    while (this.answers.length > 0) this.hear(0);
  }

  /** Another leader follows. */
  crash(): void {
    this.ghost = { rollout: this.around.rollout(), epoch: this.around.epoch() };
  }

  private askAll(rollout: Rollout, epoch: number): void {
    for (const call of hookCalls(rollout)) {
      const host = this.around.hosts.indexOf(call.run.host ?? '');
      if (host === -1) this.call(rollout, call, epoch);
      else this.asks.push({ host, ask: askOf(rollout, call), epoch });
    }
  }

  /** A webhook. */
  private call(_rollout: Rollout, { run, onlyIfBegun }: HookCall, epoch: number): void {
    const isGood = this.chance() * 10 >= this.options.badOfTen;
    const state = onlyIfBegun ? 'unknown' : isGood ? 'done' : 'failed';
    this.answers.push({ run: run.id, epoch, answer: { state, reason: state === 'done' ? '' : 'no', log: [] } });
  }

  private deliver(index: number): void {
    const [message] = this.asks.splice(index, 1);
    if (message === undefined) return;
    const { host, ask, epoch } = message;
    if (this.chance() < 0.1) this.asks.push(message);
    if (this.around.isCut(host) || epoch < this.around.boundTo(host)) return;
    const answer = this.hosts[host]?.ask(ask);
    if (answer !== undefined) this.answers.push({ run: ask.id, answer, epoch });
  }

  private hear(index: number): void {
    const [heard] = this.answers.splice(index, 1);
    // What was said to a leader that is dead went with its connection.
    if (heard === undefined || heard.epoch !== this.around.epoch()) return;
    this.around.tell({ kind: 'hook', run: heard.run, answer: heard.answer, at: this.around.now() });
  }

  /** What is in the air arrives, and nobody listens any more; programs end. */
  settle(): void {
    while (this.asks.length > 0) this.deliver(0);
    for (let step = 0; step < 50 && this.hosts.some(({ isBusy }) => isBusy); step += 1) {
      for (const host of this.hosts) host.work();
    }
  }
}

/** Of the rollout that has ended, and the hooks of its hosts. */
export function brokenHooksAtEnd(rollout: Rollout, hosts: readonly HookHost[]): readonly string[] {
  const once = (rollout.hooks ?? []).filter(({ on, action }) => on === 'once' && action.kind === 'command');
  const times = (id: string): number => hosts.filter(({ begun }) => (begun.get(id) ?? 0) > 0).length;
  // What nobody can tell counts as run.
  const mayHaveRun = (id: string): boolean => times(id) > 0 || hosts.some(({ doubtful }) => doubtful.has(id));
  return once.flatMap((hook) => {
    const id = `${rollout.id}/${hook.name}`;
    const run = (rollout.hookRuns ?? []).find((known) => known.id === id);
    if (rollout.phase === 'succeeded' && !mayHaveRun(id) && run?.passed !== true) {
      return hook.point === 'before_revert' ? [] : [`what runs once has run where all is well: ${id} never did`];
    }
    if (rollout.phase === 'succeeded' && times(undoId(id)) > 0) {
      return [`undone only when all are back: ${id} was, and all is well`];
    }
    if (hook.undo === undefined || rollout.kind === 'rollback') return [];
    const isBack = rollout.phase === 'rolled_back' || rollout.phase === 'aborted';
    if (!isBack || rollout.hosts.some(({ stays, state }) => stays === true && state === 'committed')) return [];
    if (mayHaveRun(id) && !mayHaveRun(undoId(id))) return [`what has run is undone: ${id} was not`];
    return !mayHaveRun(id) && times(undoId(id)) > 0 ? [`what has run is undone: ${id} never ran, and was undone`] : [];
  });
}

/** Of two apps, that one. */
const isAbout = ({ app }: HookSpec, host: string): boolean => app === undefined || host.endsWith(`/${app}`);

const isPast = (rollout: Rollout, hook: HookSpec, host: string): boolean =>
  (rollout.hookRuns ?? []).some(
    ({ id, state, passed }) =>
      id === `${rollout.id}/${hook.name}${hook.on === 'once' ? '' : `/${host}`}` &&
      (state === 'done' || passed === true),
  );

const BEFORE = {
  stage: ['before_stage'],
  switch: ['before_rollout', 'before_switch'],
  commit: ['before_commit'],
} as const;

/** Judged at each decision. */
export function brokenHooks(before: Rollout, { rollout, effects }: Decision): readonly string[] {
  const broken: string[] = [];
  const { hooks = [], hookRuns = [], kind, phase } = rollout;
  for (const effect of kind === 'rollout' && phase !== 'rolling_back' ? effects : []) {
    const points: readonly string[] = effect.kind === 'revert' ? [] : BEFORE[effect.kind];
    const missing = hooks.find(
      (hook) => points.includes(hook.point) && isAbout(hook, effect.host) && !isPast(rollout, hook, effect.host),
    );
    if (missing !== undefined) {
      broken.push(
        `what stands before a step runs first: ${effect.host} was told to ${effect.kind} before ${missing.name}`,
      );
    }
  }
  const fresh = hookRuns.filter(({ id }) => !(before.hookRuns ?? []).some((known) => known.id === id));
  const early = fresh.find(({ undo }) => undo === true);
  const away = rollout.hosts.find(({ touched, state }) => touched && state !== 'reverted');
  if (early !== undefined && away !== undefined) {
    broken.push(`undone only when all are back: ${early.hook} was while ${away.host} was ${away.state}`);
  }
  if (before.paused && rollout.paused && fresh.length > 0) {
    broken.push(`no hook begins in a pause: ${fresh[0]?.hook ?? ''} did`);
  }
  if (new Set(hookRuns.map(({ id }) => id)).size < hookRuns.length) broken.push('a hook runs once: it was begun twice');
  return broken;
}
