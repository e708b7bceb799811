/** What the answers of hooks do to a rollout. */
import type { Culprit } from '@outrider/shared/domain/host.js';
import { culpritName, type HookRun } from '@outrider/shared/domain/hook.js';
import type { EventOf } from './decision.js';
import type { Draft } from './draft.js';
import { end } from './ending.js';
import { fail } from './failing.js';
import { advance } from './forward.js';
import { holdFor } from './gate-cells.js';
import { about, isForward, specOf } from './hooks.js';
import { rollbackNext } from './rollback-next.js';
import { takeBackNext } from './take-back.js';

/** On the way forward a failure means what the release says that it means. */
export function hookForward(draft: Draft, event: EventOf<'hook'>): void {
  const run = settle(draft, event);
  if (run === undefined) return;
  const spec = specOf(draft.rollout, run);
  if (run.state === 'done' || run.passed === true || spec === undefined) {
    advance(draft);
    return;
  }
  const where = run.host === undefined ? '' : ` on ${run.host}`;
  const reason = `the hook ${run.hook}${where} failed: ${run.reason ?? NEVER}`;
  if (spec.onFailure === 'hold') {
    if (draft.rollout.paused) draft.set({ pausedFor: reason });
    else holdFor(draft, `hook ${run.hook}`, reason);
    return;
  }
  const culprit = culpritOf(run);
  fail(draft, {
    reason,
    ...(culprit === undefined ? {} : { culprit }),
    // What runs once is about no host, wherever it runs.
    ...(run.host === undefined || spec.on === 'once' ? {} : { host: run.host }),
  });
}

/** On the way back nothing stops for a hook; it is waited for. */
export function hookBack(draft: Draft, event: EventOf<'hook'>): void {
  if (settle(draft, event) !== undefined) takeBackNext(draft);
}

export function hookOfRollback(draft: Draft, event: EventOf<'hook'>): void {
  if (settle(draft, event) !== undefined) rollbackNext(draft);
}

/** All is decided; only the hooks after it are waited for. */
export function hookAtEnd(draft: Draft, event: EventOf<'hook'>): void {
  const { ending } = draft.rollout;
  if (settle(draft, event) !== undefined && ending !== undefined) end(draft, ending.phase, ending.reason);
}

/** The run as it has ended; undefined: it goes on, or nobody waits for it. */
function settle(draft: Draft, { run: id, answer }: EventOf<'hook'>): HookRun | undefined {
  const { hookRuns = [], phase } = draft.rollout;
  const run = hookRuns.find((known) => known.id === id);
  if (run?.state !== 'running' || answer.state === 'running') return undefined;
  const { state, reason, log } = answer;
  const spec = specOf(draft.rollout, run);
  const isPassed = state !== 'done' && spec?.onFailure === 'continue' && run.undo !== true;
  const settled: HookRun = {
    ...{ ...run, state },
    ...(state === 'done' || reason === '' ? {} : { reason }),
    ...(state === 'done' || log.length === 0 ? {} : { log: log.slice(-MOST_LINES) }),
    ...(isPassed ? { passed: true } : {}),
  };
  draft.set({ hookRuns: hookRuns.map((known) => (known.id === id ? settled : known)) });
  // Whoever goes back has no use for what never began, and undoes nothing that never was.
  const isMoot = state === 'void' && reason === '' && (run.undo === true || (spec && isForward(spec.point)) === true);
  if (state === 'done') draft.tell({ type: 'rollout.hook.done', ...about(settled) });
  else if (!(phase === 'rolling_back' && isMoot)) {
    draft.tell({ type: 'rollout.hook.failed', reason: settled.reason ?? NEVER, ...about(settled) });
  }
  return settled;
}

const MOST_LINES = 20;
const NEVER = 'it never ran';

function culpritOf({ hook, host, reason = '', log = [] }: HookRun): Culprit | undefined {
  return host === undefined ? undefined : { host, agent: culpritName(hook), cause: reason, log };
}
