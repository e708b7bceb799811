/** `coordinator logs AGENT`: what an agent prints, on all hosts that have it. */
import type { Command } from 'commander';
import { countOption, nameOption } from './arguments.js';
import { follower } from './follower.js';
import { globalsOf, withGlobals } from './globals.js';
import { print, printJson } from './output.js';

interface LogOptions {
  readonly host?: string;
  readonly app?: string;
  readonly follow?: true;
  readonly lines?: number;
}

const LINES = 100;

export function logsCommand(program: Command): void {
  const command = withGlobals(program.command('logs').description('what an agent prints'));
  command
    .argument('<agent>', 'name of the agent', nameOption)
    .option('--host <name>', 'only on this host', nameOption)
    .option('--app <name>', 'only of this app', nameOption)
    .option('-f, --follow', 'go on as it prints')
    .option('-n, --lines <count>', `the last so many to begin with (default ${LINES})`, countOption)
    .action(async (agent: string, options: LogOptions) => {
      const globals = globalsOf(command);
      const follow = options.follow === true;
      await follower(globals, follow, async (remote, limits, again) => {
        const request = {
          agent,
          app: options.app ?? '',
          host: options.host ?? '',
          follow,
          lines: again ? 0 : (options.lines ?? LINES),
        };
        for await (const line of remote.Logs(request, limits)) {
          if (globals.json) printJson(line);
          else print(`${line.host} ${line.agent}.${line.instance} | ${line.line}`);
        }
      });
    });
}
