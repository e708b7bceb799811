/** The options of `coordinator rollout`, and the request that they make. */
import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LEAST_CONFIRM_MS, ON_FAILURE, ROLLOUT_STRATEGIES } from '@outrider/shared/domain/rollout.js';
import type { RolloutRequest } from '@outrider/shared/gen/outrider/v1/RolloutRequest.js';
import { countOption, versionWord } from './arguments.js';
import { agentsOption, appsOption, durationOption, hostsOption, labelsOption, whoami } from './globals.js';

export interface RolloutOptions {
  readonly label?: Readonly<Record<string, string>>;
  readonly orderBy?: string;
  readonly strategy?: string;
  /** A number; false: none; true is what the library makes of saying nothing. */
  readonly canary?: number | boolean;
  readonly autoPromote?: true;
  readonly maxParallel?: number;
  readonly onFailure?: string;
  readonly supersede?: true;
  readonly version?: string;
  readonly app?: string;
  readonly hosts?: readonly string[];
  readonly agents?: readonly string[];
  readonly bake?: number;
  readonly confirmWithin?: number;
  readonly commit?: string;
  readonly skipDown?: true;
  /** False with --no-monitoring. */
  readonly monitoring: boolean;
  readonly plan?: true;
  readonly expectPlan?: string;
  readonly detach?: true;
  readonly yes?: true;
  readonly message?: string;
}

/** With the release that it is about. */
export type NamedRollout = RolloutOptions & { readonly version: string };

export function withRolloutOptions(command: Command): Command {
  command
    .option('--version <version>', 'the release: a version, a tag, or latest, previous, good', versionWord)
    .option('--app <a,b>', 'where there is more than one app: this one, or several as one rollout', appsOption)
    .option('--hosts <a,b>', 'only these hosts', hostsOption)
    .option('--agents <a,b>', 'only these agents; all others stay as they are', agentsOption)
    .option('--label <key=value,...>', 'only hosts with these labels', labelsOption)
    .option('--order-by <label>', 'hosts go in the order of the values of this label (default: of their names)')
    .addOption(new Option('--strategy <name>', 'default: rolling').choices(ROLLOUT_STRATEGIES))
    .option('--canary <n>', 'the first so many hosts are the canary (default 1)', countOption)
    .option('--no-canary', 'no host is')
    .option('--auto-promote', 'with the strategy canary: go on after its bake without being told')
    .option('--max-parallel <n>', 'hosts that are switched together (default 1)', countOption)
    .addOption(new Option('--on-failure <what>', 'default: rollback').choices(ON_FAILURE))
    .option('--supersede', 'abort what runs of the app, and begin when it has ended')
    .option('--bake <duration>', 'how long each host is on trial (default 30s)', durationOption)
    .option(
      '--confirm-within <duration>',
      'a host unheard for so long in trial goes back by itself (default 120s)',
      leaseOption,
    )
    .addOption(
      new Option('--commit <when>', 'make it stay on all hosts together, or on each').choices(['together', 'each']),
    )
    .option('--skip-down', 'leave out hosts that are down')
    .option('--no-monitoring', 'ask no gates; health is still proven')
    .option('--plan', 'show what would be done, and do nothing')
    .option('--expect-plan <id>', 'refuse if the plan is another by now')
    .option('--detach', 'begin, and do not look on')
    .option('--yes', 'there is no question; accepted for scripts')
    .option('--message <text>', 'why, for the history');
  return command;
}

function leaseOption(text: string): number {
  const ms = durationOption(text);
  if (ms < LEAST_CONFIRM_MS) throw new InvalidArgumentError(`At least ${LEAST_CONFIRM_MS / 1000}s is needed.`);
  return ms;
}

export function requestOf(options: NamedRollout): RolloutRequest & { readonly requestId: string } {
  const canary = options.canary === false ? 0 : options.canary;
  return {
    app: options.app ?? '',
    version: options.version,
    hosts: [...(options.hosts ?? [])],
    agents: [...(options.agents ?? [])],
    commit: options.commit ?? '',
    skipDown: options.skipDown === true,
    noMonitoring: !options.monitoring,
    strategy: options.strategy ?? '',
    autoPromote: options.autoPromote === true,
    onFailure: options.onFailure ?? '',
    labels: { ...options.label },
    orderBy: options.orderBy ?? '',
    supersede: options.supersede === true,
    by: whoami(),
    requestId: randomUUID(),
    ...(options.bake === undefined ? {} : { bakeMs: options.bake }),
    ...(options.confirmWithin === undefined ? {} : { confirmWithinMs: options.confirmWithin }),
    ...(typeof canary === 'number' ? { canary } : {}),
    ...(options.maxParallel === undefined ? {} : { maxParallel: options.maxParallel }),
    ...(options.message === undefined ? {} : { message: options.message }),
    ...(options.expectPlan === undefined ? {} : { expectPlan: options.expectPlan }),
  };
}
