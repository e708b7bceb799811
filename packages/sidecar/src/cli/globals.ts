/** The options that every verb takes, and the way to the sidecar of this machine. gRPC is loaded only when it is needed. */
import { hostname, userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '@outrider/shared/domain/duration.js';
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import { environmentName } from '@outrider/shared/runtime/config-env.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { parseHostPort } from '@outrider/shared/runtime/listen.js';
import { findEndpoint } from '@outrider/shared/runtime/rendezvous.js';

export interface Globals {
  readonly json: boolean;
  readonly environment: string | undefined;
  readonly endpoint: string | undefined;
  /** Undefined: 30 s for a question, none for a follower. */
  readonly timeoutMs: number | undefined;
}

const DEFAULT_ENDPOINT = '127.0.0.1:7070';
const QUESTION_MS = 30_000;

export function withGlobals(command: Command): Command {
  const option = (flags: string, description: string): Option =>
    new Option(flags, description).helpGroup('Everywhere:');
  return command
    .addOption(option('--json', 'print JSON: one document, or one line each where it follows'))
    .addOption(option('--environment <name>', 'refuse to talk to another environment'))
    .addOption(option('--endpoint <host:port>', 'the sidecar; default: the one found here').argParser(endpointOption))
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
    readonly timeout?: number;
  }>();
  const environment = given.environment ?? '';
  return {
    json: given.json ?? false,
    environment: environment === '' ? undefined : environmentName(environment),
    endpoint: given.endpoint,
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

/** For questions: the time that `--timeout` gives, else 30 s. */
export const timeLimit = (globals: Globals): { readonly timeoutMs: number } => ({
  timeoutMs: globals.timeoutMs ?? QUESTION_MS,
});

/** Calls the sidecar of this machine, or the one at `--endpoint`. */
export async function withSidecar<T>(globals: Globals, act: (remote: SidecarRemote) => Promise<T>): Promise<T> {
  const { connectSidecar } = await import('@outrider/shared/rpc/client.js');
  const remote = connectSidecar(placeOf(globals.endpoint));
  try {
    if (globals.environment !== undefined) await checkEnvironment(globals.environment, remote, globals);
    return await act(remote);
  } catch (error) {
    if (!(error instanceof OutriderError) || error.code !== 'unavailable') throw error;
    throw new OutriderError(
      'unavailable',
      `${error.message} Is the sidecar running? (\`sidecar run\` starts it; --endpoint names another.)`,
      { cause: error },
    );
  } finally {
    remote.close();
  }
}

function placeOf(endpoint: string | undefined): { readonly endpoint: string; readonly token: string | undefined } {
  const found = findEndpoint('sidecar', endpoint, DEFAULT_ENDPOINT);
  return found ?? { endpoint: endpoint ?? DEFAULT_ENDPOINT, token: undefined };
}

async function checkEnvironment(wanted: string, remote: SidecarRemote, globals: Globals): Promise<void> {
  const { environment } = await remote.Status({}, timeLimit(globals));
  if (environment === wanted) return;
  const sentence = `The sidecar at ${remote.endpoint} is of ${environment}, not of ${wanted}. Name another --endpoint.`;
  throw new OutriderError('refused', sentence);
}

/** Whoever types this, for the history. */
export function whoami(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `uid ${process.getuid?.() ?? 0}@${hostname()}`;
  }
}

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** One document: as JSON where it was asked for, else as text. */
export function show(globals: Globals, document: unknown, text: () => string): void {
  print(globals.json ? JSON.stringify(document) : text());
}
