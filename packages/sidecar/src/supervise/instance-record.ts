/** What of an instance is kept in run_dir, so that the next sidecar can take it over. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import type { ProcessIdentity } from '../agent/identity.js';
import type { Effect, Instance } from '../agent/instance.js';
import type { Followed, Slot } from '../agent/view.js';
import type { Counts } from './tally.js';
import type { Told } from './told.js';

/** Raised when an older sidecar could not understand a record any more. */
const FORMAT = 1;
/** Of one that is kept beside another version: to a sidecar that knows no such thing it is no record. */
const FORMAT_KEPT = 2;

/** The release that an instance was started from, as far as a start needs it. */
export interface Origin {
  readonly version: string;
  /** Absolute path. */
  readonly tree: string;
  readonly environment: string;
  readonly hosts: Readonly<Record<string, string>>;
}

export interface InstanceRecord {
  /** Its name among the records. */
  readonly key: string;
  readonly bootId: string;
  readonly app: string;
  readonly spec: HostAgent;
  readonly origin: Origin;
  readonly index: number;
  readonly slot: Slot;
  readonly instance: Instance;
  /** Of the incarnation, while anything may be left of it. */
  readonly identity?: ProcessIdentity;
  /** Started by a switch that is not committed. */
  readonly fresh: boolean;
  /** Its faults when the trial began. */
  readonly faultsBefore?: number;
  readonly lastFault: string;
  readonly counts?: Counts;
  /** See `View.followed`. */
  readonly followed?: Followed;
  /** Where in its log it began: bytes that were ever written to it before. */
  readonly logFrom?: number;
  /** The person who stopped it. */
  readonly heldBy?: string;
  /** Epoch milliseconds. */
  readonly since: number;
  /** Since when it is not ready, on the clock of `Instance`. */
  readonly downSince?: number;
}

export const writeRecord = (record: InstanceRecord): unknown => ({
  format: record.instance.state === 'parked' ? FORMAT_KEPT : FORMAT,
  sha256: sumOf(record),
  ...record,
});

const sumOf = (record: object): string => sha256(JSON.stringify(record));

/** Undefined where it is no record that this sidecar understands. */
export function readRecord(value: unknown): InstanceRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { format, sha256: sum, ...record } = value as Partial<InstanceRecord> & Readonly<Record<string, unknown>>;
  const whole =
    (format === FORMAT || format === FORMAT_KEPT) &&
    // What somebody has changed proves nothing. (Those of the first sidecars have no sum.)
    (sum === undefined || sum === sumOf(record)) &&
    typeof record.key === 'string' &&
    typeof record.bootId === 'string' &&
    typeof record.app === 'string' &&
    typeof record.index === 'number' &&
    typeof record.spec === 'object' &&
    typeof record.origin === 'object' &&
    typeof record.instance === 'object' &&
    typeof record.instance.state === 'string' &&
    typeof record.instance.incarnation === 'string';
  return whole ? (record as InstanceRecord) : undefined;
}

/**
 * Whether the next sidecar would do something else without a record of this. A start is recorded when its process is
 * made; and of a process that has just ended, it sees the end itself.
 */
export function tellsTheNext(before: Instance, told: Told, effects: readonly Effect[]): boolean {
  const starts = told.kind === 'spawned' || effects.some(({ kind }) => kind === 'spawn');
  return !starts && !(told.kind === 'exited' && before.state !== 'stopping');
}

/** Something of a process may be left. */
export const isProcess = ({ state }: Instance): boolean =>
  state !== 'exited' && state !== 'backoff' && state !== 'failed';
