/** Owns the command line of `coordinator`: puts the verbs together, and turns whatever happens into an exit code. */
import { Command, CommanderError } from 'commander';
import { exitCodeOfError, messageOf } from '@outrider/shared/runtime/errors.js';
import { VERSION } from '@outrider/shared/runtime/version.js';
import { agentCommand, agentsCommand } from './agents.js';
import { devCommand } from './dev.js';
import { eventsCommand } from './events.js';
import { withGlobals } from './globals.js';
import { hostsCommand } from './hosts.js';
import { logsCommand } from './logs.js';
import { note } from './output.js';
import { releaseCommand } from './release.js';
import { rollbackCommand } from './rollback.js';
import { rolloutCommand } from './rollout.js';
import { statusCommand } from './status.js';

export type Serve = (options: { readonly config?: string; readonly checkConfig: boolean }) => Promise<void>;

const WRONG_USAGE = 2;

/** Sets the exit code; never rejects. `serve` is given, because the daemon is no part of the CLI. */
export async function runCli(words: readonly string[], serve: Serve): Promise<void> {
  const program = programOf(serve);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read our answer (head, less) has seen enough.
    if (error.code === 'EPIPE') process.exit(0);
  });
  try {
    await program.parseAsync(['node', 'coordinator', ...words]);
  } catch (error) {
    process.exitCode = failed(error, words);
  }
}

function programOf(serve: Serve): Command {
  const program = new Command('coordinator')
    .description('Releases agents to a fleet of hosts, one after the other, and takes them back when they are worse.')
    .version(VERSION)
    .enablePositionalOptions()
    .showSuggestionAfterError(true);
  withGlobals(program);
  serveCommand(program, serve);
  devCommand(program);
  releaseCommand(program);
  rolloutCommand(program);
  rollbackCommand(program);
  statusCommand(program);
  hostsCommand(program);
  agentsCommand(program);
  agentCommand(program);
  eventsCommand(program);
  logsCommand(program);
  quiet(program);
  return program;
}

function serveCommand(program: Command, serve: Serve): void {
  program
    .command('serve')
    .description('the daemon')
    .option('--config <file>', 'default: /etc/outrider/coordinator.yaml, where it exists')
    .option('--check-config', 'only say whether the settings are good')
    .option('--debug', 'show stack traces')
    .action(async (options: { readonly config?: string; readonly checkConfig?: true }) => {
      const checkConfig = options.checkConfig === true;
      await serve({ checkConfig, ...(options.config === undefined ? {} : { config: options.config }) });
      if (checkConfig) process.stdout.write('The settings are good.\n');
    });
}

/** Errors are thrown, not printed: one place says them, in one form. */
function quiet(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => undefined });
  command.commands.forEach(quiet);
}

function failed(error: unknown, words: readonly string[]): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // Without a verb commander has shown the help, and says no more.
    if (error.code !== 'commander.help') note(`Error: ${sentence(error.message)}`);
    return WRONG_USAGE;
  }
  note(`Error: ${messageOf(error)}`);
  if (words.includes('--debug') && error instanceof Error) note(error.stack ?? '');
  return exitCodeOfError(error);
}

function sentence(message: string): string {
  const text = message.replace(/^error: /, '').replace(/\n\(Did you mean/, ' (Did you mean');
  return /[.?!)]$/.test(text) ? text : `${text}.`;
}
