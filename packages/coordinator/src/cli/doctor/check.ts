/** What a check of `coordinator doctor` is given, and what it says. Checks are pure: whoever looks is in look.ts. */
import type { Diagnosis, ListenerSight, QuestionAnswer } from '@outrider/shared/domain/diagnosis.js';

/** All that could be seen of a fleet. */
export interface FleetSight {
  /** `HOST:PORT`. */
  readonly endpoint: string;
  /** Of the coordinator; absent: it could not be asked, for this `problem`. */
  readonly coordinator?: Diagnosis;
  readonly problem?: string;
  /** Version of the program that asks. */
  readonly version: string;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  readonly hosts: readonly HostSight[];
  /** On this machine, where the coordinator would listen; empty: it is another machine, or it answers. */
  readonly here: readonly ListenerSight[];
}

export interface HostSight {
  readonly name: string;
  readonly address: string;
  readonly endpoint: string;
  /** Absent: its sidecar could not be asked, for this `problem`. */
  readonly diagnosis?: Diagnosis;
  readonly problem?: string;
  /** What the other hosts' question ports say, as heard from this one. */
  readonly answers: readonly HostAnswer[];
  /** Its test message has come to the fleet's history; absent: nobody could look. */
  readonly inHistory?: boolean;
  /** As `here` of the fleet: where its sidecar would listen. */
  readonly here: readonly ListenerSight[];
}

export interface HostAnswer extends QuestionAnswer {
  readonly host: string;
}

export interface Finding {
  readonly check: string;
  /** Absent: of the coordinator, or of the whole fleet. */
  readonly host?: string;
  readonly ok: boolean;
  /** It could not be looked at: no word about whether it is well. */
  readonly skipped?: true;
  /** What is so, and what it means. */
  readonly detail: string;
  /** How to mend it, as a command or a sentence with one; '' where it is ok. */
  readonly remedy: string;
}

export interface Check {
  readonly name: string;
  readonly judge: (fleet: FleetSight) => readonly Verdict[];
}

/** A finding without the name of its check. */
export type Verdict = Omit<Finding, 'check'>;

export const ok = (detail: string, host?: string): Verdict => ({ ...of(host), ok: true, detail, remedy: '' });

export const bad = (detail: string, remedy: string, host?: string): Verdict => ({
  ...of(host),
  ...{ ok: false, detail, remedy },
});

export const skipped = (why: string, host?: string): Verdict => ({
  ...of(host),
  ...{ ok: false, skipped: true, detail: `Not looked at: ${why}`, remedy: '' },
});

const of = (host: string | undefined): { readonly host?: string } => (host === undefined ? {} : { host });

export const COORDINATOR_AWAY = 'the coordinator cannot be asked.';

/** One verdict for each host that could be asked; the others are told by the check `hosts`, and skipped here. */
export const eachHost = (
  fleet: FleetSight,
  judge: (diagnosis: Diagnosis, host: HostSight) => Verdict | readonly Verdict[],
): Verdict[] =>
  fleet.hosts.flatMap((host) =>
    host.diagnosis === undefined
      ? [skipped(`the sidecar of ${host.name} cannot be asked.`, host.name)]
      : judge(host.diagnosis, host),
  );

/** The coordinator first, then each host. */
export const everywhere = (
  fleet: FleetSight,
  judge: (diagnosis: Diagnosis, host: string | undefined) => Verdict | readonly Verdict[],
): Verdict[] => [
  ...(fleet.coordinator === undefined ? [skipped(COORDINATOR_AWAY)] : [judge(fleet.coordinator, undefined)].flat()),
  ...eachHost(fleet, (diagnosis, { name }) => judge(diagnosis, name)),
];
