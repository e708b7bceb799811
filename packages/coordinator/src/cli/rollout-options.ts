/** The options of `coordinator rollout`, of the table that REST has too, and the request that they make. */
import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RolloutRequest } from '@outrider/shared/gen/outrider/v1/RolloutRequest.js';
import { ROLLOUT_OPTIONS, type RolloutOption, rolloutRequest } from '@outrider/shared/rpc/rollout-options.js';
import { countOption, versionWord } from './arguments.js';
import { agentsOption, appsOption, durationOption, hostsOption, labelsOption, whoami } from './globals.js';

/** As they were given, by their names in camel case; those of the table among them. */
export interface RolloutOptions extends Readonly<Record<string, unknown>> {
  readonly version?: string;
  readonly supersede?: true;
  readonly plan?: true;
  readonly detach?: true;
}

/** With the release that it is about. */
export type NamedRollout = RolloutOptions & { readonly version: string };

export function withRolloutOptions(command: Command): Command {
  for (const option of ROLLOUT_OPTIONS) add(command, option);
  return command
    .option('--plan', 'show what would be done, and do nothing')
    .option('--detach', 'begin, and do not look on')
    .option('--yes', 'there is no question; accepted for scripts');
}

type Reader = (text: string, before: unknown) => unknown;
const READ = { version: versionWord, apps: appsOption, hosts: hostsOption, agents: agentsOption, labels: labelsOption };

function add(command: Command, option: RolloutOption): void {
  const { name, says, words = [] } = option;
  switch (option.kind) {
    case 'flag':
      command.option(`--${name}`, says);
      break;
    case 'count':
      command.option(`--${name} <n>`, says, countOption);
      if (option.none !== undefined) command.option(`--no-${name}`, option.none);
      break;
    case 'duration':
      command.option(`--${name} <duration>`, says, (text) => atLeast(option.leastMs, durationOption(text)));
      break;
    case 'text':
      command.option(`--${name} <${option.value}>`, says);
      break;
    case 'word':
      command.addOption(new Option(`--${name} <${option.value}>`, says).choices(words));
      break;
    default:
      command.addOption(new Option(`--${name} <${option.value}>`, says).argParser(READ[option.kind] as Reader));
  }
}

function atLeast(leastMs: number, ms: number): number {
  if (ms < leastMs) throw new InvalidArgumentError(`At least ${leastMs / 1000}s is needed.`);
  return ms;
}

export const requestOf = (options: NamedRollout): RolloutRequest & { readonly requestId: string } => ({
  ...rolloutRequest((option) => valueIn(options, option)),
  by: whoami(),
  requestId: randomUUID(),
});

/** The library keeps `--no-x` as `x: false`, and what has such a twin and was not given as true. */
function valueIn(options: RolloutOptions, { name, kind }: RolloutOption): unknown {
  if (name.startsWith('no-')) return options[camel(name.slice('no-'.length))] === false ? true : undefined;
  const value = options[camel(name)];
  if (kind !== 'count') return value;
  return value === false ? 0 : value === true ? undefined : value;
}

const camel = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
