/** One line of the fleet's history. Absent members are left out. */
export const EVENT_TYPES = [
  'release.pushed',
  'release.tagged',
  'release.removed',
  'rollout.planned',
  'rollout.started',
  'rollout.paused',
  'rollout.resumed',
  'rollout.promoted',
  'rollout.succeeded',
  'rollout.rolling_back',
  'rollout.rolled_back',
  'rollout.aborted',
  'rollout.stuck',
  'rollout.host.staging',
  'rollout.host.staged',
  'rollout.host.switching',
  'rollout.host.trial',
  'rollout.host.committed',
  'rollout.host.reverting',
  'rollout.host.reverted',
  'rollout.host.failed',
  'rollout.gate.passed',
  'rollout.gate.failed',
  'rollout.gate.inconclusive',
  'rollout.hook.started',
  'rollout.hook.done',
  'rollout.hook.failed',
  'agent.starting',
  'agent.ready',
  'agent.unhealthy',
  'agent.exited',
  'agent.backoff',
  'agent.failed',
  'agent.stopped',
  'agent.adopted',
  'agent.scaled',
  'host.up',
  'host.suspect',
  'host.down',
  'host.flapping',
  'host.drifted',
  'host.held',
  'host.resumed',
  'leader.elected',
  'leader.lost',
  'error.reported',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface OutriderEvent {
  /** Unique: whoever stores it twice stores it once. */
  readonly id: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly type: EventType;
  readonly environment: string;
  readonly app?: string;
  readonly rollout?: string;
  readonly host?: string;
  readonly agent?: string;
  readonly instance?: number;
  readonly version?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}
