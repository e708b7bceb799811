/** `sidecar status`: this host's releases and agents. */
import type { Command } from 'commander';
import { globalsOf, withGlobals } from './globals.js';
import { showStatus } from './show-status.js';

const EXAMPLES = `
Examples:
  sidecar status
  sidecar status --json | jq -r '.instances[] | select(.ready | not) | .agent'`;

export function statusCommand(program: Command): void {
  const command = withGlobals(program.command('status').description('releases and agents of this host'));
  command.addHelpText('after', EXAMPLES).action(() => showStatus(globalsOf(command)));
}
