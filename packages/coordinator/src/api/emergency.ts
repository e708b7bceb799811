/** POST /rollback: every app, or the one named, back to what each host ran before. */
import { randomUUID } from 'node:crypto';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { type ErrorCode, messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Inside } from './inside.js';
import type { RollbackAsk } from './ports.js';
import { leftOut, readWaysBack, requestOf, underWay, type WayBack } from './rollback-ask.js';
import { wayBack } from './way-back.js';

export interface RollbackAnswer {
  readonly status: 'rollback_initiated';
  readonly rollback_id: string;
  readonly rollbacks: readonly { readonly app: string; readonly rollout: string }[];
  /** Of apps that nothing was begun for, and of hosts that stay. */
  readonly reasons: readonly string[];
  /** What was under way already is not about every host: to be said again when it has ended. */
  readonly again?: true;
}

/** All apps of a fleet, one after the other. */
const FORWARDED_MS = 60_000;

/** The same, wherever the leader is. */
export const rollbackAtLeader = (
  inside: Inside,
  body: Readonly<Record<string, unknown>>,
  by: string,
): Promise<RollbackAnswer> =>
  inside.leader.carryOut(
    { isForwarded: false },
    () => emergencyRollback(inside, body, by),
    async (remote, signal) => {
      const request = { body: JSON.stringify(body), by };
      const answer = await remote.EmergencyRollback(request, { timeoutMs: FORWARDED_MS, signal });
      return JSON.parse(answer.body) as RollbackAnswer;
    },
  );

/** Throws `OutriderError('refused')` where there is nothing to go back to. */
export async function emergencyRollback(
  inside: Inside,
  body: Readonly<Record<string, unknown>>,
  by: string,
): Promise<RollbackAnswer> {
  const done = await takeAllBack(inside, body, by);
  const [first] = done.rollbacks;
  if (first === undefined) throw new OutriderError('refused', done.reasons.join(' '));
  return { status: 'rollback_initiated', rollback_id: first.rollout, ...done };
}

/**
 * No rollback: everything is back already, and the reasons say so. Rejects where nothing could be begun. An emergency that
 * names no release goes to the last good one: asked twice, or once a rollout has gone back by itself, it goes no step further.
 */
export async function takeAllBack(
  inside: Inside,
  body: Readonly<Record<string, unknown>>,
  by: string,
): Promise<Pick<RollbackAnswer, 'rollbacks' | 'reasons' | 'again'>> {
  const { apps, ask } = await readWaysBack(inside, body);
  const begun: { app: string; rollout: string }[] = [];
  const reasons: string[] = [];
  const codes: ErrorCode[] = [];
  let again = false;
  for (const name of apps) {
    try {
      const { rollout, notices, isPart = false } = await backOf(inside, { ...ask, app: name, by });
      again ||= isPart;
      reasons.push(...notices.map((notice) => `${name}: ${notice}`));
      if (rollout !== undefined) begun.push({ app: name, rollout: rollout.id });
      else if (notices.length === 0) reasons.push(`${name}: everything is as asked already.`);
    } catch (error) {
      // The other apps are taken back all the same; what has begun is always told.
      if (!(error instanceof OutriderError)) throw error;
      codes.push(error.code);
      reasons.push(`${name}: ${messageOf(error)}`);
    }
  }
  if (begun.length > 0 || (apps.length > 0 && codes.length === 0)) {
    return { rollbacks: begun, reasons, ...(again ? { again } : {}) };
  }
  throw new OutriderError(
    codes.find((code) => code !== 'refused') ?? 'refused',
    apps.length === 0 ? 'No app runs on any host, so there is nothing to go back to.' : reasons.join(' '),
  );
}

interface Back {
  /** Absent: nothing is left to go back. */
  readonly rollout?: Rollout;
  /** Sentences on hosts that stay as they are. */
  readonly notices: readonly string[];
  /** It is a rollback of some hosts only, which somebody else has begun. */
  readonly isPart?: boolean;
}

/** A rollout that is under way is taken back by aborting it, a rollback goes on (faster in an emergency); else one begins. */
async function backOf({ rollouts, fleet }: Inside, ask: WayBack & Pick<RollbackAsk, 'by'>): Promise<Back> {
  const running = await underWay({ rollouts }, ask.app);
  if (running === undefined) {
    const request = { ...requestOf(fleet, ask), by: ask.by, requestId: randomUUID(), message: ask.strategy };
    const { rollout, plan } = await rollouts.rollback(request);
    return { ...(rollout === undefined ? {} : { rollout }), notices: plan.notices ?? [] };
  }
  const way = wayBack(running, ask);
  const notices = running.kind === 'rollback' ? leftOut(fleet, ask.app, running) : [];
  const rollout =
    way === 'go_on' ? running : await rollouts.control(running.id, ask.app, 'abort', ask.by, way === 'emergency');
  return { rollout, notices, isPart: notices.length > 0 };
}
