/** The options that every verb takes, on its command and as they were given. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '@outrider/shared/domain/duration.js';
import { environmentName } from '@outrider/shared/runtime/environment-name.js';
import { parseHostPort } from '@outrider/shared/runtime/listen.js';
import type { Globals } from './with-sidecar.js';

export function withGlobals(command: Command): Command {
  const option = (flags: string, description: string): Option =>
    new Option(flags, description).helpGroup('Everywhere:');
  return command
    .addOption(option('--json', 'print JSON: one document, or one line each where it follows'))
    .addOption(option('--environment <name>', 'refuse to talk to another environment'))
    .addOption(
      option('--socket <path>', 'the sidecar of this machine that has this control socket; default: the one found'),
    )
    .addOption(option('--endpoint <host:port>', 'a sidecar by gRPC, with its token').argParser(endpointOption))
    .addOption(
      option('--timeout <duration>', 'give up after this long (30s for a question, never for a follower)').argParser(
        durationOption,
      ),
    )
    .addOption(option('--debug', 'show stack traces'));
}

export function globalsOf(command: Command): Globals {
  const given = command.optsWithGlobals<{
    readonly json?: boolean;
    readonly environment?: string;
    readonly endpoint?: string;
    readonly socket?: string;
    readonly timeout?: number;
  }>();
  const environment = given.environment ?? '';
  return {
    json: given.json ?? false,
    environment: environment === '' ? undefined : environmentName(environment),
    endpoint: given.endpoint,
    socket: given.socket,
    timeoutMs: given.timeout,
  };
}

function endpointOption(text: string): string {
  if (parseHostPort(text) === undefined) throw new InvalidArgumentError('Expected is HOST:PORT.');
  return text;
}

/** A bare number is seconds. */
function durationOption(text: string): number {
  const ms = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  if (ms === undefined) throw new InvalidArgumentError('Expected is a duration such as 500ms, 30s or 5m.');
  return ms;
}
