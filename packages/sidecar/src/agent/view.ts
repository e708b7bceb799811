/** What reconciling needs to know of each slot that is filled, and of each agent that should run. */
import type { Dependency, UpdateOrder } from '@outrider/shared/domain/agent.js';
import type { Instance } from './instance.js';

/** While an instance is replaced start-first, the new one is the candidate until the old one is gone. */
export type Slot = 'active' | 'candidate';

/** The members of a `HostAgent` that decide what is started and stopped, and when. */
export interface Wanted {
  readonly name: string;
  readonly fingerprint: string;
  readonly replicas: number;
  readonly dependsOn: readonly Dependency[];
  readonly order: UpdateOrder;
  readonly parallelism: number;
}

export type Phase =
  /** Ready. */
  | 'up'
  /** Not ready, but it runs or will run again in a moment. */
  | 'down'
  /** Kept while another version serves, and not out of service yet. */
  | 'parking'
  /** Kept while another version serves. */
  | 'parked'
  /** It was kept, and has to be seen ready again. */
  | 'thawing'
  /** Asked to go, and not gone yet. */
  | 'leaving'
  /** Gone, because it was asked to. */
  | 'gone'
  /** Its work is done. */
  | 'done'
  /** Waits for another try, or will have none. */
  | 'resting';

export interface View {
  readonly agent: string;
  readonly index: number;
  readonly slot: Slot;
  readonly fingerprint: string;
  readonly phase: Phase;
  /** A process of it runs. */
  readonly running: boolean;
  /** A person has stopped it: it stays so until a person starts it. */
  readonly held: boolean;
  /** A check has to hold before it is ready. */
  readonly checked: boolean;
  /** Of the release it was started from. */
  readonly dependsOn: readonly Dependency[];
  /** Of the process that runs, or of the last one. */
  readonly incarnation: string;
  /** By dependency with `restart`: its incarnations when this was started. Absent: not known, so nothing follows. */
  readonly followed: Followed;
}

export type Followed = Readonly<Record<string, string>>;

export function phaseOf(instance: Instance): Phase {
  switch (instance.state) {
    case 'ready':
      return 'up';
    case 'starting':
      return instance.wasParked === true ? 'thawing' : 'down';
    case 'unhealthy':
      return 'down';
    case 'parked':
      return instance.deadline === undefined ? 'parked' : 'parking';
    case 'draining':
    case 'stopping':
      return instance.sequel.kind === 'rest' ? 'leaving' : 'down';
    case 'exited':
      return instance.why === 'done' ? 'done' : 'gone';
    case 'backoff':
    case 'failed':
      return 'resting';
  }
}

export function isRunning(instance: Instance): boolean {
  switch (instance.state) {
    case 'starting':
      return instance.process;
    case 'ready':
    case 'unhealthy':
    case 'parked':
    case 'draining':
      return true;
    case 'stopping':
    case 'exited':
    case 'backoff':
    case 'failed':
      return false;
  }
}

export interface Pair<V extends View = View> {
  readonly active?: V;
  readonly candidate?: V;
}

/** Whether this index stands as it should: the wanted version is ready, done or held. */
export function stands({ active, candidate }: Pair, wanted: Wanted): boolean {
  if (active?.held === true) return true;
  return [active, candidate].some(
    (view) => view?.fingerprint === wanted.fingerprint && (view.phase === 'up' || view.phase === 'done'),
  );
}
