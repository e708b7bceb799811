/** Which hooks are due, and whether a step may be taken: what stands before it has run for every host that it is about. */
import type { HookPoint, HookRun, HookSpec, HookState } from '@outrider/shared/domain/hook.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import type { Draft } from './draft.js';

/** What is asked for no more once a rollout goes back: it may not begin any more, where it has not. */
export const isForward = (point: HookPoint): boolean =>
  point !== 'before_revert' && point !== 'after_revert' && point !== 'after_rollout';

export const specOf = ({ hooks = [] }: Rollout, run: Pick<HookRun, 'hook'>): HookSpec | undefined =>
  hooks.find(({ name }) => name === run.hook);

export const runningHooks = ({ hookRuns = [] }: Rollout): readonly HookRun[] =>
  hookRuns.filter(({ state }) => state === 'running');

/**
 * True: all that stands at this point has run for these hosts. Else what is missing is begun, one hook of the point
 * after another, and the step has to wait.
 */
export function permit(draft: Draft, point: HookPoint, hosts: readonly string[]): boolean {
  const { kind, hooks = [], urgent, phase } = draft.rollout;
  // In an emergency nothing stands in the way back.
  if (urgent === true && (kind === 'rollback' || phase === 'rolling_back')) return true;
  return hooks
    .filter((hook) => hook.point === point)
    .every((hook) => {
      const concerned = hosts.filter((host) => isAbout(hook, draft.host(host)));
      const places = hook.on === 'once' && concerned.length > 0 ? [undefined] : concerned;
      return places.map((host) => hasRun(draft, hook, host)).every(Boolean);
    });
}

function hasRun(draft: Draft, hook: HookSpec, host: string | undefined): boolean {
  const { id: rollout, hookRuns = [] } = draft.rollout;
  const id = `${rollout}/${hook.name}${host === undefined ? '' : `/${host}`}`;
  const run = hookRuns.find((known) => known.id === id);
  if (run !== undefined) return run.state === 'done' || run.passed === true;
  beginRun(draft, { id, hook: hook.name, state: 'running', ...placeOf(draft.rollout, hook, host) });
  return false;
}

const isAbout = ({ app }: HookSpec, host: RolloutHost | undefined): boolean => app === undefined || host?.app === app;

/** A command that runs once has one host, which is the same whenever it is asked for. */
function placeOf({ hosts }: Rollout, hook: HookSpec, host: string | undefined): { readonly host?: string } {
  const first = hook.action.kind === 'command' ? hosts.find((one) => isAbout(hook, one))?.host : undefined;
  const place = host ?? first;
  return place === undefined ? {} : { host: place };
}

function beginRun(draft: Draft, run: HookRun): void {
  draft.set({ hookRuns: [...(draft.rollout.hookRuns ?? []), run] });
  draft.tell({ type: 'rollout.hook.started', ...about(run) });
}

/** Host and data of what is told of a run. */
export const about = ({ hook, host, undo, log }: HookRun) => ({
  ...(host === undefined ? {} : { host }),
  data: { hook, ...(undo === undefined ? {} : { undo }), ...(log === undefined ? {} : { log }) },
});

/** It may have done something. */
const mayHaveRun = ({ state }: HookRun): boolean => state !== 'void' && state !== 'running';

export const undoId = (id: string): string => `${id}/undo`;

/** Takes back what ran once, the last first, one after another. True: nothing is left to be taken back. */
export function undoHooks(draft: Draft): boolean {
  for (const { run, spec } of toUndo(draft.rollout).reverse()) {
    const undo = (draft.rollout.hookRuns ?? []).find(({ id }) => id === undoId(run.id));
    if (undo?.state === 'running') return false;
    if (undo !== undefined) continue;
    const place = run.host === undefined ? {} : { host: run.host };
    beginRun(draft, { id: undoId(run.id), hook: spec.name, ...place, undo: true, state: 'running' });
    return false;
  }
  return true;
}

function toUndo(rollout: Rollout): { readonly run: HookRun; readonly spec: HookSpec }[] {
  return (rollout.hookRuns ?? []).flatMap((run) => {
    const spec = specOf(rollout, run);
    return spec?.undo === undefined || run.undo === true || !mayHaveRun(run) ? [] : [{ run, spec }];
  });
}

/** A sentence for each that ran once and was not taken back. */
export const notUndone = (rollout: Rollout): readonly string[] =>
  toUndo(rollout).flatMap(({ run }) => {
    const undo = (rollout.hookRuns ?? []).find(({ id }) => id === undoId(run.id));
    if (undo !== undefined && isUndone(undo)) return [];
    const where = run.host === undefined ? '' : ` on ${run.host}`;
    const why = undo?.reason ?? 'not every host is back';
    return [`what ${run.hook} did${where} was not undone: ${why}`];
  });

/** Void without a reason: its host knows that there is nothing to take back. */
const isUndone = ({ state, reason = '' }: HookRun): boolean => state === 'done' || (state === 'void' && reason === '');

/** Nobody knows whether what runs once has run: its hosts do, and are asked when it is taken back. */
export function doubtHooks(draft: Draft): void {
  const { id: rollout, hooks = [], hookRuns = [] } = draft.rollout;
  const doubted = hooks.filter(({ undo, name }) => undo !== undefined && !hookRuns.some(({ hook }) => hook === name));
  if (doubted.length === 0) return;
  const state: HookState = 'unknown';
  const runs = doubted.map((hook): HookRun => ({
    ...{ id: `${rollout}/${hook.name}`, hook: hook.name, state, reason: 'the record of it was lost' },
    ...placeOf(draft.rollout, hook, undefined),
  }));
  draft.set({ hookRuns: [...hookRuns, ...runs] });
}

/** A person goes on: what has failed is not run again, and stops nothing any more. */
export function passFailedHooks(draft: Draft): void {
  const { hookRuns } = draft.rollout;
  if (hookRuns === undefined) return;
  draft.set({ hookRuns: hookRuns.map((run) => (hasFailed(run) ? { ...run, passed: true } : run)) });
}

export const hasFailed = ({ state, passed }: HookRun): boolean =>
  state !== 'running' && state !== 'done' && passed !== true;
