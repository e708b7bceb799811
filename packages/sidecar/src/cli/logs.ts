/** `sidecar logs AGENT...|--all`: what agents of this host print. */
import { type Command, InvalidArgumentError } from 'commander';
import { agentsArgument, LOG_LINES, logLine, MOST_LOG_LINES, sinceOption } from '@outrider/shared/cli/log-options.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { globalsOf, withGlobals } from './globals.js';
import { print } from './output.js';
import { withSidecar } from './with-sidecar.js';

interface LogsOptions {
  readonly all?: true;
  readonly follow?: true;
  readonly lines?: number;
  readonly since?: number;
  readonly prefix: boolean;
}

export function logsCommand(program: Command): void {
  const command = withGlobals(program.command('logs').description('what agents print'));
  command
    .argument('[agents...]', 'names of agents', agentsArgument)
    .option('--all', 'of every agent')
    .option('-f, --follow', 'go on as they print')
    .option('-n, --lines <count>', `the last so many of each to begin with (default ${LOG_LINES})`, countOption)
    .option('--since <moment>', 'only what is newer: 10m, or 2026-11-25T10:00:00Z', sinceOption)
    .option('--no-prefix', 'do not say whose line it is')
    .action((agents: readonly string[], options: LogsOptions) => logs(command, agents, options));
}

async function logs(command: Command, agents: readonly string[], options: LogsOptions): Promise<void> {
  if (agents.length > 0 === (options.all === true)) {
    throw new OutriderError('invalid', 'Name the agents, or say --all.');
  }
  const globals = globalsOf(command);
  const { follow = false, since = 0 } = options;
  const request = {
    ...{ agents, follow, since },
    lines: options.lines ?? (since === 0 ? LOG_LINES : MOST_LOG_LINES),
  };
  const timeoutMs = globals.timeoutMs ?? (follow ? undefined : 30_000);
  await withSidecar(globals, async (sidecar) => {
    for await (const line of sidecar.logs(request, { timeoutMs })) {
      print(globals.json ? JSON.stringify(line) : logLine(line, options.prefix ? 'instance' : 'none'));
    }
  });
}

function countOption(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Expected is a whole number from 0 to 99999.');
  return Number(text);
}
