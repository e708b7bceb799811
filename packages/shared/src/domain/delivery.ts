/** How often and how well releases reach the hosts: the figures, as every face shows them. */
export const DEFAULT_REPORT_MS = 30 * 24 * 3_600_000;
/** Records are kept for so long, and no report can look further back. */
export const DELIVERIES_KEPT_MS = 400 * 24 * 3_600_000;

/** Of so many spans of time, in seconds. */
export interface SpanFigures {
  readonly count: number;
  readonly median: number;
  readonly p90: number;
  readonly mean: number;
  readonly max: number;
}

/** Of the deployments that ended in a span of time; a deployment is one rollout of one app. */
export interface DeliveryFigures {
  readonly succeeded: number;
  readonly rolledBack: number;
  readonly stuck: number;
  /** By a person, or superseded: no verdict on the release, so that they count for no rate. */
  readonly aborted: number;
  /** Of those that succeeded: taken back by a rollback that somebody asked for. */
  readonly takenBack: number;
  /** Rollbacks that somebody asked for and that ended well. */
  readonly rollbacks: number;
  /** Deployments that succeeded, a day. */
  readonly perDay: number;
  /** 0 to 1; absent: none came to a verdict. */
  readonly successRate?: number;
  /** Those that went back by themselves and those that were taken back; 0 to 1. */
  readonly rollbackRate?: number;
  /** Of those that succeeded, from the start to the last commit; absent: none did. */
  readonly duration?: SpanFigures;
  /** From the failure to hosts that all run what is good; absent: nothing was recovered from. */
  readonly recovery?: SpanFigures;
  /** Failures that nothing has mended yet. */
  readonly unrecovered: number;
  /** When the last one that succeeded ended, in epoch milliseconds; absent: none did. */
  readonly lastSuccess?: number;
}

export interface DeliveryReport {
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly until: number;
  /** By name. */
  readonly apps: readonly { readonly app: string; readonly figures: DeliveryFigures }[];
  readonly total: DeliveryFigures;
}
