/** `coordinator logs AGENT...`: what agents print, on all hosts that have them. */
import type { Command } from 'commander';
import { agentsArgument, LOG_LINES, logLine, MOST_LOG_LINES, sinceOption } from '@outrider/shared/cli/log-options.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { countOption, nameOption } from './arguments.js';
import { follower } from './follower.js';
import { type Globals, globalsOf, QUESTION_MS, withGlobals } from './globals.js';
import { print, printJson } from './output.js';

interface LogOptions {
  readonly host?: string;
  readonly app?: string;
  readonly follow?: true;
  readonly lines?: number;
  readonly since?: number;
  readonly prefix: boolean;
}

export function logsCommand(program: Command): void {
  const command = withGlobals(program.command('logs').description('what agents print'));
  command
    .argument('<agents...>', 'names of agents', agentsArgument)
    .option('--host <name>', 'only on this host', nameOption)
    .option('--app <name>', 'only of this app', nameOption)
    .option('-f, --follow', 'go on as they print')
    .option('-n, --lines <count>', `the last so many of each to begin with (default ${LOG_LINES})`, countOption)
    .option('--since <moment>', 'only what is newer: 10m, or 2026-11-25T10:00:00Z', sinceOption)
    .option('--no-prefix', 'do not say whose line it is')
    .action((agents: readonly string[], options: LogOptions) => logs(globalsOf(command), agents, options));
}

async function logs(globals: Globals, agents: readonly string[], options: LogOptions): Promise<void> {
  const { app = '', host = '', follow = false, since = 0 } = options;
  const lines = options.lines ?? (since === 0 ? LOG_LINES : MOST_LOG_LINES);
  await follower(globals, follow, async (remote, limits, again) => {
    const prefix = await prefixOf(globals, options, remote);
    // After a gap only what comes from now on: what was shown already cannot be told from what was not.
    const asked = again ? { lines: 0, since: 0 } : { lines, since };
    const [agent = ''] = agents;
    for await (const line of remote.Logs({ agent, agents: [...agents], app, host, follow, ...asked }, limits)) {
      if (globals.json) printJson(line);
      else print(logLine(line, prefix));
    }
  });
}

/** Of a fleet of one host nobody asks which. */
async function prefixOf(
  globals: Globals,
  { host, prefix }: LogOptions,
  remote: CoordinatorRemote,
): Promise<'none' | 'instance' | 'host'> {
  if (!prefix) return 'none';
  if (host !== undefined || globals.json) return 'instance';
  const { hosts } = await remote.Hosts({}, { timeoutMs: globals.timeoutMs ?? QUESTION_MS });
  return hosts.length > 1 ? 'host' : 'instance';
}
