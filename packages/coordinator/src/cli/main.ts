/** Owns the command line of `coordinator`: which verbs there are. What each does is in a file of its own. */
import type { Command } from 'commander';
import { addCompletion } from '@outrider/shared/cli/completion.js';
import { addManual } from '@outrider/shared/cli/manual/command.js';
import { newProgram, runProgram } from '@outrider/shared/cli/program.js';
import { agentCommand, agentsCommand } from './agents.js';
import { devCommand } from './dev.js';
import { doctorCommand } from './doctor/doctor.js';
import { emergencyCommand } from './emergency.js';
import { errorsCommand } from './errors.js';
import { eventsCommand } from './events.js';
import { withGlobals } from './globals.js';
import { healthCommand } from './health.js';
import { hostCommand } from './host.js';
import { hostsCommand } from './hosts.js';
import { logsCommand } from './logs.js';
import { releaseCommand } from './release.js';
import { reportCommand } from './report.js';
import { rollbackCommand } from './rollback.js';
import { rolloutCommand } from './rollout.js';
import { type Serve, serveCommand } from './serve.js';
import { statusCommand } from './status.js';
import { topCommand } from './top.js';

const PACKAGE = new URL('../../package.json', import.meta.url);
const DESCRIPTION =
  'Releases agents to a fleet of hosts, one after the other, and takes them back when they are worse.';

/** Sets the exit code; never rejects. `serve` is given, because the daemon is no part of the CLI. */
export const runCli = (serve: Serve): Promise<void> => runProgram(() => programOf(serve));

export function programOf(serve: Serve): Command {
  const program = withGlobals(newProgram('coordinator', DESCRIPTION, PACKAGE).enablePositionalOptions());
  program.configureHelp({ showGlobalOptions: false });
  serveCommand(program, serve);
  devCommand(program);
  releaseCommand(program);
  rolloutCommand(program);
  rollbackCommand(program);
  emergencyCommand(program);
  statusCommand(program);
  hostsCommand(program);
  hostCommand(program);
  agentsCommand(program);
  agentCommand(program);
  topCommand(program);
  eventsCommand(program);
  reportCommand(program);
  errorsCommand(program);
  healthCommand(program);
  logsCommand(program);
  doctorCommand(program);
  addCompletion(program, async (kind, words) => (await import('./completion-values.js')).completionValues(kind, words));
  addManual(program);
  return program;
}
