/** What a program sees of itself and of its machine. No verdicts: whoever asked judges. Mirrors diagnosis.proto. */
export interface Diagnosis {
  readonly name: string;
  readonly version: string;
  /** Epoch milliseconds, by its own wall clock. */
  readonly nowMs: number;
  /** The longest of the last minute. */
  readonly loopLagMs: number;
  readonly redis?: RedisSight;
  readonly disk?: DiskSight;
  readonly paths: readonly PathSight[];
  readonly listeners: readonly ListenerSight[];
  readonly certificates: readonly CertificateSight[];
  readonly monitoring: readonly EndpointSight[];
  /** Of a sidecar: `healthy`, or `unhealthy: 2 of 22 agents: vision, tts`. */
  readonly health?: string;
  readonly bus?: BusSight;
  /** `HOST:PORT` at which it answers `health_check`, as others reach it. */
  readonly question?: string;
  /** Of a coordinator: the holder of the lease, '' where nobody has it. */
  readonly leader?: string;
  /** By whoever asked; give or take half of the round trip. Negative: behind. */
  readonly clockAheadMs?: number;
  readonly roundTripMs: number;
}

export interface RedisSight {
  readonly up: boolean;
  /** Without user and password. */
  readonly place: string;
  readonly pingMs: number;
  readonly reason: string;
}

export interface DiskSight {
  readonly path: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly reserveBytes: number;
  /** Absent: none are counted. */
  readonly freeInodes?: number;
}

export interface PathSight {
  readonly what: string;
  readonly path: string;
  readonly exists: boolean;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly ownUid: number;
  readonly writable: boolean;
}

export interface ListenerSight {
  readonly what: string;
  readonly address: string;
  /** 0: nobody listens. */
  readonly pid: number;
  readonly program: string;
  readonly own: boolean;
}

export interface CertificateSight {
  readonly what: string;
  readonly path: string;
  /** 0: it can't be read, for this `reason`. */
  readonly expiresMs: number;
  readonly reason: string;
}

export interface EndpointSight {
  readonly what: string;
  readonly url: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface BusSight {
  readonly heard: boolean;
  /** Id of the event that the test message became. */
  readonly event: string;
  readonly reason: string;
}

/** An answer to `health_check` from one question port; '' where there was none, for this `reason`. */
export interface QuestionAnswer {
  readonly endpoint: string;
  readonly answer: string;
  readonly milliseconds: number;
  readonly reason: string;
}
