/** Owns which verbs `sidecar` has. What each does is in a file of its own; the daemon is run by whoever calls. */
import type { Command } from 'commander';
import { addCompletion } from '@outrider/shared/cli/completion.js';
import { addManual } from '@outrider/shared/cli/manual/command.js';
import { newProgram, runProgram } from '@outrider/shared/cli/program.js';
import { agentCommands } from './agents.js';
import { emergencyCommand, resumeCommand } from './emergency.js';
import { importCommand } from './import.js';
import { logsCommand } from './logs.js';
import { revertCommand } from './revert.js';
import { statusCommand } from './status.js';

const DESCRIPTION = 'Starts the agents of this host, keeps them running, and swaps their version.';

const EXAMPLES = `
Examples:
  sidecar run --config /etc/outrider/sidecar.yaml
  sidecar status
  sidecar logs vision -f
  sidecar restart vision
  sidecar stop --all
  sidecar import ecosystem.config.js --output agents.yaml
None of them needs a coordinator, Redis or a token: the sidecar of this machine is asked at its control socket.`;

export interface RunOptions {
  readonly config: string | undefined;
  readonly checkConfig: boolean;
  readonly drainOnStop: boolean;
  /** One line of JSON on standard output once it serves. */
  readonly json: boolean;
}

/** The daemon, by whoever may load it. */
export type Run = (options: RunOptions) => Promise<void>;

interface RunFlags {
  readonly config?: string;
  readonly checkConfig?: true;
  readonly drainOnStop?: true;
  readonly json?: true;
}

const RUN_EXAMPLES = `
Examples:
  sidecar run --config /etc/outrider/sidecar.yaml --check-config
  sidecar run --json | jq -r '.grpc[0]'
  sidecar run --drain-on-stop        # as the main program of a container`;

export function programOf(run: Run): Command {
  const program = newProgram('sidecar', DESCRIPTION, new URL('../../package.json', import.meta.url));
  program.addHelpText('after', EXAMPLES);
  program
    .command('run')
    .description('the daemon; agents outlive it, and the next one takes them over')
    .option('--config <file>', 'settings; default /etc/outrider/sidecar.yaml where it exists')
    .option('--check-config', 'read the settings, say whether they are good, and end')
    .option('--drain-on-stop', 'stop all agents whenever it ends, not only when the machine goes down')
    .option('--json', 'print one line of JSON when it serves: its addresses, its page, the file of its token')
    .option('--debug', 'show stack traces')
    .addHelpText('after', RUN_EXAMPLES)
    .action(({ config, checkConfig, drainOnStop, json }: RunFlags) =>
      run({ config, checkConfig: checkConfig === true, drainOnStop: drainOnStop === true, json: json === true }),
    );
  statusCommand(program);
  logsCommand(program);
  agentCommands(program);
  revertCommand(program);
  emergencyCommand(program);
  resumeCommand(program);
  importCommand(program);
  addCompletion(program, async (kind, words) => (await import('./completion-values.js')).completionValues(kind, words));
  addManual(program);
  return program;
}

export const runSidecar = (run: Run): Promise<void> => runProgram(() => programOf(run));
