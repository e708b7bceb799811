/** Owns the command line of `sidecar`: which verbs there are. What each does is in a file of its own; the daemon is loaded only by `run`. */
import type { Command } from 'commander';
import { addCompletion } from '@outrider/shared/cli/completion.js';
import { newProgram, runProgram } from '@outrider/shared/cli/program.js';
import { agentCommands } from './cli/agents.js';
import { importCommand } from './cli/import.js';
import { logsCommand } from './cli/logs.js';
import { revertCommand } from './cli/revert.js';
import { statusCommand } from './cli/status.js';

const DESCRIPTION = 'Starts the agents of this host, keeps them running, and swaps their version.';

const EXAMPLES = `
Examples:
  sidecar run --config /etc/outrider/sidecar.yaml
  sidecar status
  sidecar logs vision -f
  sidecar restart vision
  sidecar stop --all
  sidecar import ecosystem.config.js --output agents.yaml`;

function programOf(): Command {
  const program = newProgram('sidecar', DESCRIPTION, new URL('../package.json', import.meta.url));
  program.addHelpText('after', EXAMPLES);
  program
    .command('run')
    .description('the daemon; agents outlive it, and the next one takes them over')
    .option('--config <file>', 'settings; default /etc/outrider/sidecar.yaml where it exists')
    .option('--check-config', 'read the settings, say whether they are good, and end')
    .option('--debug', 'show stack traces')
    .action(async (options: { readonly config?: string; readonly checkConfig?: true }) => {
      const { run } = await import('./main.js');
      await run({ config: options.config, checkConfig: options.checkConfig === true });
    });
  statusCommand(program);
  logsCommand(program);
  agentCommands(program);
  revertCommand(program);
  importCommand(program);
  addCompletion(program);
  return program;
}

await runProgram(programOf);
