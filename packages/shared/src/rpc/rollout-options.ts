/**
 * What a rollout can be asked for, in one table: the options of `coordinator rollout`, the parameters of REST's `/plan` and
 * the members of the gRPC request are all made of it, so that none of them lacks what another has.
 */
import { LEAST_CONFIRM_MS, ON_FAILURE, ROLLOUT_STRATEGIES } from '../domain/rollout.js';
import type { RolloutRequest } from '../gen/outrider/v1/RolloutRequest.js';

interface Named {
  /** `max-parallel`: as an option with `--`, as a parameter with `_` for `-`. */
  readonly name: string;
  /** Member of the request. */
  readonly field: keyof RolloutRequest;
  /** For people; begins in lower case and has no end. */
  readonly says: string;
  /** Only of one that begins: a plan has none. */
  readonly begins?: true;
}

export type RolloutOption = Named &
  (
    | { readonly kind: 'version' | 'apps' | 'hosts' | 'agents' | 'labels' | 'text' | 'word'; readonly value: string }
    /** `none`: what the number 0 says, which the command line has an option of its own for. */
    | { readonly kind: 'count'; readonly none?: string }
    | { readonly kind: 'duration'; readonly leastMs: number }
    | { readonly kind: 'flag' }
  ) & { readonly words?: readonly string[] };

/** `value`: what stands for it in a help. */
export const ROLLOUT_OPTIONS: readonly RolloutOption[] = [
  {
    ...{ name: 'version', field: 'version', kind: 'version', value: 'version' },
    says: 'the release: a version, a tag, or latest, previous, good',
  },
  {
    ...{ name: 'app', field: 'app', kind: 'apps', value: 'a,b' },
    says: 'where there is more than one app: this one, or several as one rollout',
  },
  { name: 'hosts', field: 'hosts', kind: 'hosts', value: 'a,b', says: 'only these hosts' },
  {
    ...{ name: 'agents', field: 'agents', kind: 'agents', value: 'a,b' },
    says: 'only these agents; all others stay as they are',
  },
  { name: 'label', field: 'labels', kind: 'labels', value: 'key=value,...', says: 'only hosts with these labels' },
  {
    ...{ name: 'order-by', field: 'orderBy', kind: 'text', value: 'label' },
    says: 'hosts go in the order of the values of this label (default: of their names)',
  },
  {
    ...{ name: 'strategy', field: 'strategy', kind: 'word', value: 'name', words: ROLLOUT_STRATEGIES },
    says: 'default: rolling',
  },
  {
    ...{ name: 'canary', field: 'canary', kind: 'count', none: 'no host is' },
    says: 'the first so many hosts are the canary (default 1)',
  },
  {
    ...{ name: 'auto-promote', field: 'autoPromote', kind: 'flag' },
    says: 'with the strategy canary: go on after its bake without being told',
  },
  {
    ...{ name: 'max-parallel', field: 'maxParallel', kind: 'count' },
    says: 'hosts that are switched together (default 1)',
  },
  {
    ...{ name: 'on-failure', field: 'onFailure', kind: 'word', value: 'what', words: ON_FAILURE },
    says: 'default: rollback',
  },
  {
    ...{ name: 'supersede', field: 'supersede', kind: 'flag' },
    says: 'abort what runs of the app, and begin when it has ended',
  },
  {
    ...{ name: 'bake', field: 'bakeMs', kind: 'duration', leastMs: 0 },
    says: 'how long each host is on trial (default 30s)',
  },
  {
    ...{ name: 'confirm-within', field: 'confirmWithinMs', kind: 'duration', leastMs: LEAST_CONFIRM_MS },
    says: 'a host unheard for so long in trial goes back by itself (default 120s)',
  },
  {
    ...{ name: 'commit', field: 'commit', kind: 'word', value: 'when', words: ['together', 'each'] },
    says: 'make it stay on all hosts together, or on each',
  },
  { name: 'skip-down', field: 'skipDown', kind: 'flag', says: 'leave out hosts that are down' },
  { name: 'no-monitoring', field: 'noMonitoring', kind: 'flag', says: 'ask no gates; health is still proven' },
  {
    ...{ name: 'expect-plan', field: 'expectPlan', kind: 'text', value: 'id', begins: true },
    says: 'refuse if the plan is another by now',
  },
  { name: 'message', field: 'message', kind: 'text', value: 'text', begins: true, says: 'why, for the history' },
];

/** Values that are undefined were not asked for. */
export const rolloutRequest = (valueOf: (option: RolloutOption) => unknown): RolloutRequest =>
  Object.fromEntries(
    ROLLOUT_OPTIONS.flatMap((option) => {
      const value = valueOf(option);
      return value === undefined ? [] : [[option.field, value]];
    }),
  );
