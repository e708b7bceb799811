/** `coordinator errors [-f]`: what agents have reported on the bus, in groups; following, each as it comes. */
import { type Command, Option } from 'commander';
import { errorsDocument } from '@outrider/shared/documents/errors.js';
import { SEVERITIES, untoldIn } from '@outrider/shared/domain/agent-error.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { DroppedErrors__Output } from '@outrider/shared/gen/outrider/v1/DroppedErrors.js';
import type { ErrorGroup__Output } from '@outrider/shared/gen/outrider/v1/ErrorGroup.js';
import { readEvent } from '@outrider/shared/rpc/codec.js';
import { paint, table } from '@outrider/shared/cli/table.js';
import { countOption, nameOption } from './arguments.js';
import { clockTime } from './event-line.js';
import { follower } from './follower.js';
import { durationOption, type Globals, globalsOf, withGlobals } from './globals.js';
import { harmless, note, print, printJson, show } from './output.js';
import { LINES_AGAIN, Unseen } from './unseen.js';

const LONGEST_MESSAGE = 100;

interface ErrorsOptions {
  readonly follow?: true;
  readonly lines?: number;
  readonly host?: string;
  readonly app?: string;
  readonly agent?: string;
  readonly severity?: string;
  readonly since?: number;
}

const EXAMPLES = `
Examples:
  coordinator errors                              groups of all that is kept, the latest first
  coordinator errors --severity error --since 1h  errors and critical ones of the last hour
  coordinator errors -f --agent memory            each error of one agent as it comes
  coordinator errors --json | jq '.groups[0]'`;

export function errorsCommand(program: Command): void {
  const command = withGlobals(program.command('errors').description('errors that agents have reported'));
  command
    .option('-f, --follow', 'show each as it comes')
    .option('-n, --lines <count>', 'following, the last so many to begin with (default 10)', countOption)
    .option('--host <name>', 'only of this host', nameOption)
    .option('--app <name>', 'only of this app', nameOption)
    .option('--agent <name>', 'only of this agent', nameOption)
    .addOption(new Option('--severity <severity>', 'as bad as this or worse').choices([...SEVERITIES]))
    .option('--since <duration>', 'only those of the last so long, such as 1h', durationOption)
    .addHelpText('after', EXAMPLES)
    .action(async (options: ErrorsOptions) => errors(globalsOf(command), options));
}

async function errors(globals: Globals, options: ErrorsOptions): Promise<void> {
  const follow = options.follow === true;
  const { host = '', app = '', agent = '', severity = '', lines = 10 } = options;
  const since = options.since === undefined ? 0 : Math.max(0, Date.now() - options.since);
  const unseen = new Unseen(Date.now(), lines > 0);
  const [groups, dropped]: [ErrorGroup__Output[], DroppedErrors__Output[]] = [[], []];
  await follower(globals, follow, async (remote, limits, again) => {
    const request = { follow, host, app, agent, severity, since, lines: again ? LINES_AGAIN : lines };
    if (again) unseen.again(Date.now());
    for await (const { error, group, dropped: left } of remote.Errors(request, limits)) {
      if (error !== null) for (const one of unseen.take(readEvent(error))) showOne(globals, one);
      if (group !== null) groups.push(group);
      if (left !== null) dropped.push(left);
    }
  });
  if (!follow) showGroups(globals, groups, dropped);
}

function showOne(globals: Globals, event: OutriderEvent): void {
  if (globals.json) printJson(event);
  else print(errorLine(event));
}

/** When, where, who, how bad, what. */
export function errorLine(event: OutriderEvent): string {
  const { at, host = '-', app, agent = '-', instance, data = {}, reason = '' } = event;
  const who = `${app === undefined ? '' : `${app}/`}${agent}${app === undefined ? '' : `.${instance ?? 0}`}`;
  const type = typeof data['error_type'] === 'string' ? ` ${harmless(data['error_type'])}` : '';
  const severity = typeof data['severity'] === 'string' ? ` ${coloured(data['severity'])}` : '';
  const untold = type === '' ? 0 : untoldIn(event);
  const before = untold === 0 ? '' : ` (${untold} before it: counted, not kept)`;
  return `${clockTime(at)} ${host} ${who}${severity}${type}: ${harmless(reason)}${before}`;
}

function coloured(severity: string): string {
  if (severity === 'warning') return paint(severity, 'yellow');
  return severity === 'info' ? severity : paint(harmless(severity), 'red');
}

function showGroups(
  globals: Globals,
  groups: readonly ErrorGroup__Output[],
  dropped: readonly DroppedErrors__Output[],
): void {
  show(globals, errorsDocument(groups, dropped), () =>
    groups.length === 0 ? 'No errors.' : table(groups.map(rowOf), HEADS),
  );
  if (globals.json) return;
  for (const { host, app, agent, count } of dropped) {
    note(
      `${count} more of ${app === '' ? '' : `${app}/`}${agent} on ${host} were counted and not kept: too many at once.`,
    );
  }
}

const HEADS = ['SEVERITY', 'COUNT', 'AGENT', 'HOSTS', 'TYPE', 'FIRST', 'LAST', 'MESSAGE'];

function rowOf({ app, agent, severity, count, hosts, errorType, first, last, message }: ErrorGroup__Output): string[] {
  const words = harmless(message);
  return [
    ...[severity, String(count), app === '' ? agent : `${app}/${agent}`, hosts.join(','), harmless(errorType)],
    ...[first.slice(0, 19), last.slice(0, 19)],
    words.length > LONGEST_MESSAGE ? `${words.slice(0, LONGEST_MESSAGE)}...` : words,
  ];
}
