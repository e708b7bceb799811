/** `sidecar logs AGENT|--all`: what agents of this host print. */
import { type Command, InvalidArgumentError } from 'commander';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { globalsOf, print, withGlobals, withSidecar } from './globals.js';

const LINES = 100;

export function logsCommand(program: Command): void {
  const command = withGlobals(program.command('logs').description('what an agent prints'));
  command
    .argument('[agent]', 'name of the agent')
    .option('--all', 'of every agent')
    .option('-f, --follow', 'go on as it prints')
    .option('-n, --lines <count>', `the last so many to begin with (default ${LINES})`, countOption)
    .action(async (agent: string | undefined, options: { all?: true; follow?: true; lines?: number }) => {
      if ((agent === undefined) === (options.all === undefined)) {
        throw new OutriderError('invalid', 'Name one agent, or say --all.');
      }
      const globals = globalsOf(command);
      const follow = options.follow === true;
      const request = { agent: agent ?? '', follow, lines: options.lines ?? LINES };
      const timeoutMs = globals.timeoutMs ?? (follow ? undefined : 30_000);
      await withSidecar(globals, async (remote) => {
        for await (const line of remote.Logs(request, timeoutMs === undefined ? {} : { timeoutMs })) {
          print(globals.json ? JSON.stringify(line) : `${line.agent}.${line.instance} | ${line.line}`);
        }
      });
    });
}

function countOption(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Expected is a whole number from 0 to 99999.');
  return Number(text);
}
