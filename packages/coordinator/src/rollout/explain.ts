/** A rollout's state as a sentence for people. */
import { rollbackAborted, rollbackOnHold, rollbackSwitching } from './explain-rollback.js';
import { openGates } from './gate-cells.js';
import type { HookRun } from '@outrider/shared/domain/hook.js';
import type { GateState } from '@outrider/shared/domain/gate.js';
import type { Rollout, RolloutHostState } from '@outrider/shared/domain/rollout.js';
import { versionsApart, withVersionsApart } from '@outrider/shared/domain/versions-apart.js';
import { unsteadyOf } from './steadiness.js';
import { asSentence } from '@outrider/shared/domain/sentence.js';
import { LOST_STATES } from './lost.js';

const UNNAMED = 'default';

export function explain(rollout: Rollout): string {
  const { kind, app, version, options } = rollout;
  const { agents = [] } = options;
  const whom = agents.length === 0 ? '' : ` for ${agents.join(', ')}`;
  // Whoever has not named his app has only the one.
  const whose = app === UNNAMED ? '' : ` of ${app}`;
  const what =
    kind === 'rollback'
      ? `Rollback${whose} to ${withVersionsApart(version, versionsApart(rollout))}`
      : `Rollout${whose === '' ? ' of' : `${whose} to`} ${version}`;
  const sentence = `${what}${whom} (${rollout.id}) ${progress(rollout)}`;
  return asSentence(`${sentence}${standstill(rollout)}`);
}

function standstill({ id, kind, paused, pausedFor, pausedBy, awaiting, holding, hookRuns }: Rollout): string {
  if (holding !== undefined && kind === 'rollback') return rollbackOnHold(id, holding);
  if (holding !== undefined) {
    return `; on hold, since ${holding}. Try again with "coordinator rollout resume ${id}", or take it back with "abort"`;
  }
  const byHand = pausedBy === undefined ? '' : `paused by ${pausedBy} until "coordinator rollout resume ${id}"`;
  if (awaiting !== undefined) {
    const also = byHand === '' ? '' : `; then it is ${byHand}`;
    return `; the canary is well and waits for "coordinator rollout promote ${id}"${also}`;
  }
  const how = pausedFor === undefined && byHand !== '' ? byHand : `paused${because(pausedFor)}`;
  return `${paused ? `; ${how}` : ''}${hooks(hookRuns)}`;
}

/** What is waited for besides. */
function hooks(runs: readonly HookRun[] = []): string {
  const running = runs.filter(({ state }) => state === 'running').map(wordsOf);
  return running.length === 0 ? '' : `; running ${running.join(', ')}`;
}

const wordsOf = ({ hook, host, undo }: HookRun): string =>
  `${undo === true ? 'the undo of ' : ''}${hook}${host === undefined ? '' : ` on ${host}`}`;

const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);

function progress(rollout: Rollout): string {
  const why = because(rollout.reason);
  switch (rollout.phase) {
    case 'staging':
      return `is fetching the release on ${named(rollout, ['staging'])}`;
    case 'switching':
      return rollout.kind === 'rollback' ? rollbackSwitching(rollout) : switching(rollout);
    case 'baking':
      return baking(rollout);
    case 'committing':
      return `is decided and being made permanent on ${named(rollout, ['committing'])}`;
    case 'rolling_back':
      return `is being taken back on ${named(rollout, ['reverting', ...LOST_STATES])}${why}`;
    case 'succeeded':
      return `succeeded on ${named(rollout, ['committed'])}${leftOut(rollout)}`;
    case 'rolled_back':
      return rollout.hosts.some(({ stays, state }) => stays === true && state === 'committed')
        ? `failed and was taken back on ${named(rollout, ['reverted'])}, while ${keepers(rollout)} it${why}`
        : `failed and was taken back${why}`;
    case 'aborted':
      return rollout.kind === 'rollback'
        ? rollbackAborted(rollout)
        : `was aborted by ${aborter(rollout)} and taken back`;
    case 'stuck':
      return `is stuck and needs a person${why}`;
  }
}

function keepers({ hosts }: Rollout): string {
  const names = hosts.filter(({ state }) => state === 'committed').map(({ host }) => host);
  return `${list(names)} ${names.length === 1 ? 'keeps' : 'keep'}`;
}

/** With what is said of them between commas. */
const aborter = ({ abortedBy = 'somebody' }: Rollout): string =>
  abortedBy.includes(', ') ? `${abortedBy},` : abortedBy;

function leftOut({ skipped = [] }: Rollout): string {
  if (skipped.length === 0) return '';
  return `; ${list(skipped)} ${skipped.length === 1 ? 'was' : 'were'} out of reach and left out`;
}

function baking(rollout: Rollout): string {
  if (rollout.awaiting !== undefined || rollout.holding !== undefined)
    return `is on trial on ${named(rollout, ['trial'])}`;
  const gates = openGates(rollout).map(waitedFor);
  if (rollout.bakeDone === true || (rollout.bakeLeftMs === 0 && gates.length > 0)) {
    return `has baked on ${named(rollout, ['trial'])}${gates.length === 0 ? '' : ` and waits for ${list(gates)}`}`;
  }
  return rollout.bakeUntil === undefined && !rollout.paused
    ? `waits for ${unwell(rollout)} to be well before the bake begins anew`
    : `is on trial on ${named(rollout, ['trial'])} until the bake is over`;
}

const waitedFor = ({ name, outcome, reason }: GateState): string =>
  `the gate ${name}${outcome === 'error' || outcome === 'fail' ? ` (${outcome}: ${reason ?? ''})` : ''}`;

function switching(rollout: Rollout): string {
  const now = named(rollout, ['switching']);
  if (now !== NO_HOST) return `is switching ${now}`;
  if (rollout.awaitsSteady === true && unwell(rollout) === NO_HOST) {
    return `waits for ${list(unsteadyOf(rollout.hosts))}, which comes and goes, to be steady`;
  }
  return unwell(rollout) === NO_HOST
    ? 'has not begun to switch the next host'
    : `waits for ${unwell(rollout)} to be well`;
}

const NO_HOST = 'no host';

const list = (names: readonly string[]): string => (names.length === 0 ? NO_HOST : names.join(', '));

const named = (rollout: Rollout, states: readonly RolloutHostState[]): string =>
  list(rollout.hosts.filter((host) => states.includes(host.state)).map((host) => host.host));

const unwell = (rollout: Rollout): string =>
  list(rollout.hosts.filter((host) => host.state === 'trial' && host.well !== true).map((host) => host.host));
