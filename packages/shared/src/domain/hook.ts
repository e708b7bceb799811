/** What a release has done before and after each step of its rollout: programs on hosts, and webhooks. */
import type { ReleaseRef } from './release.js';

/** The steps of a rollout that hooks may stand before and after. */
export const HOOK_STEPS = ['rollout', 'stage', 'switch', 'trial', 'commit', 'revert'] as const;
export type HookPoint = `${'before' | 'after'}_${(typeof HOOK_STEPS)[number]}`;
export const HOOK_POINTS: readonly HookPoint[] = HOOK_STEPS.flatMap((step): HookPoint[] => [
  `before_${step}`,
  `after_${step}`,
]);

/** Past the decision to commit, and on the way back, a failure is told, and stops nothing. */
export const TOLD_ALONE: readonly HookPoint[] = ['after_commit', 'before_revert', 'after_revert', 'after_rollout'];

export type HookAction =
  /** At least one word; no shell runs. */
  | {
      readonly kind: 'command';
      readonly command: readonly string[];
      /** As of an agent; absent: the sidecar's own. */
      readonly user?: string;
      /** Names; absent: none. */
      readonly secrets?: readonly string[];
    }
  | { readonly kind: 'webhook'; readonly url: string };

/** `fail`: the rollout has failed. `hold`: it is paused until a person goes on or aborts. */
export type OnHookFailure = 'fail' | 'continue' | 'hold';

export interface HookSpec {
  /** That of its point; of the second one there: `before_switch-2`; in a rollout of several apps `APP/before_switch`. */
  readonly name: string;
  /** Whose it is, in a rollout of several apps: it is about this one alone. */
  readonly app?: string;
  readonly point: HookPoint;
  readonly action: HookAction;
  /** `once`: on the first host of the rollout, or one call. */
  readonly on: 'once' | 'each';
  /** What takes it back: a command, or of a webhook the one URL. Only with `once`. */
  readonly undo?: readonly string[];
  /** Of each attempt. */
  readonly timeoutMs: number;
  /** After the first attempt. */
  readonly retries: number;
  readonly onFailure: OnHookFailure;
}

/**
 * `unknown`: it may have run, and nobody knows how it ended. `void`: it never ran, and never will.
 */
export const HOOK_STATES = ['running', 'done', 'failed', 'unknown', 'void'] as const;
export type HookState = (typeof HOOK_STATES)[number];

/** One run of a hook in a rollout's record. */
export interface HookRun {
  /** `r7/before_switch/pc2`, `r7/before_rollout/undo`: the same wherever it is asked for. */
  readonly id: string;
  /** Its name in the release. */
  readonly hook: string;
  /** As in `RolloutHost`; absent: a call of the coordinator for all hosts. */
  readonly host?: string;
  /** It takes back what the hook has done. */
  readonly undo?: true;
  readonly state: HookState;
  /** Why it did not succeed, as a sentence. */
  readonly reason?: string;
  /** Last lines of what it has said, oldest first, at most 20. Only of one that did not succeed. */
  readonly log?: readonly string[];
  /** Its failure stops nothing: so its release says, or a person does. */
  readonly passed?: true;
}

/** What a culprit is called that is no agent; agents have no space in their names. */
export const culpritName = (hook: string): string => `hook ${hook}`;
export const isHook = (culprit: string): boolean => culprit.startsWith('hook ');

/** What became of a run, as its host or its webhook says. */
export interface HookAnswer {
  readonly state: HookState;
  /** A sentence, or ''. */
  readonly reason: string;
  readonly log: readonly string[];
}

/** What a host is asked to run, once whatever happens: the same id again is answered with what became of the first. */
export interface HookAsk {
  readonly id: string;
  readonly app: string;
  /** Id of the rollout. */
  readonly rollout: string;
  readonly hook: string;
  readonly point: HookPoint;
  /** Empty: its release has none of this. */
  readonly command: readonly string[];
  readonly user?: string;
  readonly secrets: readonly string[];
  readonly timeoutMs: number;
  readonly retries: number;
  /** It runs in this release's folder where that is on the host, else in that of the active one. */
  readonly release: ReleaseRef;
  /** What the hosts come from; ''. */
  readonly from: string;
  /** How the rollout ends, where it does; ''. */
  readonly outcome: string;
  /** Not begun yet: then it must never begin. */
  readonly onlyIfBegun: boolean;
  /** The run that this one takes back: it is waited for; where it never began, neither of both ever will. */
  readonly undoes?: string;
}
