/** What is asked for with a run of a hook that is under way: the same for whoever asks, however often. */
import type { HookAsk, HookRun, HookSpec } from '@outrider/shared/domain/hook.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { placeOf } from '@outrider/shared/domain/rollout-place.js';
import { isForward, specOf } from './hooks.js';

export interface HookCall {
  readonly run: HookRun;
  readonly spec: HookSpec;
  /** A rollout that goes back has no use for what has not begun. */
  readonly onlyIfBegun: boolean;
  /** How the rollout ends, where that is decided; else ''. */
  readonly outcome: string;
}

/** Those under way. */
export const hookCalls = (rollout: Rollout): readonly HookCall[] =>
  (rollout.hookRuns ?? []).flatMap((run) => {
    const spec = specOf(rollout, run);
    if (run.state !== 'running' || spec === undefined) return [];
    const isBack = rollout.kind === 'rollout' && rollout.phase === 'rolling_back';
    const onlyIfBegun = isBack && run.undo !== true && isForward(spec.point);
    return [{ run, spec, onlyIfBegun, outcome: rollout.ending?.phase ?? '' }];
  });

/** Of a command. It belongs to the release that a rollout brings, or that a rollback leaves. */
export function askOf(rollout: Rollout, { run, spec, onlyIfBegun, outcome }: HookCall): HookAsk {
  const host = rollout.hosts.find((one) => one.host === run.host);
  const { id: own, kind, version, digest } = rollout;
  const { app } = placeOf(rollout, host ?? { host: '' });
  const release = (kind === 'rollback' ? host?.from : undefined) ?? host?.to ?? { version, digest, specDigest: '' };
  const { action, undo = [] } = spec;
  const rights = action.kind === 'command' ? action : undefined;
  return {
    ...{ id: run.id, app, rollout: own, hook: spec.name, point: spec.point, release, onlyIfBegun, outcome },
    command: run.undo === true ? undo : (rights?.command ?? []),
    ...(rights?.user === undefined ? {} : { user: rights.user }),
    secrets: rights?.secrets ?? [],
    ...{ timeoutMs: spec.timeoutMs, retries: spec.retries },
    from: kind === 'rollback' ? '' : (host?.from?.version ?? ''),
    ...(run.undo === true ? { undoes: run.id.slice(0, run.id.lastIndexOf('/')) } : {}),
  };
}

/** Until then whoever was asked may still answer. */
export const patienceMs = ({ timeoutMs, retries }: HookSpec): number => (timeoutMs + 6_000) * (retries + 1) + GRACE_MS;
const GRACE_MS = 30_000;
