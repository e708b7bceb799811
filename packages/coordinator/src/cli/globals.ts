/** The options that every verb takes, before or after the verb. */
import { hostname, userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '@outrider/shared/domain/duration.js';
import { type Labels, readLabels } from '@outrider/shared/domain/labels.js';
import { joinedApps } from '@outrider/shared/domain/rollout-place.js';
import { environmentName } from '@outrider/shared/runtime/environment-name.js';
import { nameOption } from './arguments.js';

export interface Globals {
  readonly json: boolean;
  readonly environment: string | undefined;
  /** `HOST:PORT`s in order of preference; empty: find the one on this machine. */
  readonly endpoints: readonly string[];
  /** Undefined: 30 s for a question, none for a follower. */
  readonly timeoutMs: number | undefined;
}

export const QUESTION_MS = 30_000;

interface Given {
  readonly json?: boolean;
  readonly environment?: string;
  readonly endpoint?: string;
  readonly timeout?: number;
}

/** A duration as users write it: `30s`, `5m`; a bare number is seconds. */
export function durationOption(text: string): number {
  const ms = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  if (ms === undefined) throw new InvalidArgumentError('Expected is a duration such as 500ms, 30s or 5m.');
  return ms;
}

export const listOption = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Names of hosts, at least one: an empty list would mean every host, which nobody asks for by naming some. */
export const hostsOption = (text: string): string[] => namesOption(text, 'every host');

/** The same of agents. */
export const agentsOption = (text: string): string[] => namesOption(text, 'every agent');

function namesOption(text: string, otherwise: string): string[] {
  const names = listOption(text).map(nameOption);
  if (names.length === 0) throw new InvalidArgumentError(`Expected is at least one name; without it: ${otherwise}.`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InvalidArgumentError(`${twice} is named twice.`);
  return names;
}

/** One app, or several with commas between them, in any order. */
export function appsOption(text: string): string {
  return joinedApps(hostsOption(text));
}

/** `KEY=VALUE`s with commas between them, at least one; `before`: those of the same option, given already. */
export function labelsOption(text: string, before: Labels = {}): Labels {
  const labels = readLabels(text, before);
  if (typeof labels === 'string') throw new InvalidArgumentError(`${labels}.`);
  return labels;
}

export function endpointsOption(text: string): string {
  const wrong = listOption(text).find((item) => !/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/.test(item));
  if (wrong !== undefined || listOption(text).length === 0) {
    throw new InvalidArgumentError('Expected is HOST:PORT, several with commas between them.');
  }
  return text;
}

export function withGlobals(command: Command): Command {
  return command
    .addOption(new Option('--json', 'print JSON: one document, or one event per line').helpGroup('Everywhere:'))
    .addOption(new Option('--environment <name>', 'refuse to talk to another environment').helpGroup('Everywhere:'))
    .addOption(
      new Option('--endpoint <host:port,...>', 'the coordinator; default: OUTRIDER_ENDPOINT, else the one found here')
        .argParser(endpointsOption)
        .helpGroup('Everywhere:'),
    )
    .addOption(
      new Option('--timeout <duration>', 'give up after this long (30s for a question, never for a follower)')
        .argParser(durationOption)
        .helpGroup('Everywhere:'),
    )
    .addOption(new Option('--debug', 'show stack traces').helpGroup('Everywhere:'));
}

export function globalsOf(command: Command): Globals {
  const given = command.optsWithGlobals<Given>();
  const fromProcess = process.env['OUTRIDER_ENDPOINT'] ?? '';
  const endpoint = given.endpoint ?? (fromProcess === '' ? undefined : endpointsOption(fromProcess));
  return {
    json: given.json ?? false,
    environment: given.environment === undefined ? undefined : environmentName(given.environment),
    endpoints: endpoint === undefined ? [] : listOption(endpoint),
    timeoutMs: given.timeout,
  };
}

/** Whoever types this, for the history. */
export function whoami(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `uid ${process.getuid?.() ?? 0}@${hostname()}`;
  }
}
