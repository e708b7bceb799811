/** `coordinator status`: the fleet in one look. Where the words are plain, quick-status.ts has answered before. */
import type { Command } from 'commander';
import { fleetDocument } from '@outrider/shared/documents/fleet.js';
import { timeLimit, withCoordinator } from './connection.js';
import { globalsOf, withGlobals } from './globals.js';
import { show } from './output.js';
import { statusText } from './status-text.js';

export function statusCommand(program: Command): void {
  const command = withGlobals(program.command('status').description('the fleet in one look'));
  command.action(async () => {
    const globals = globalsOf(command);
    const status = await withCoordinator(globals, (remote) => remote.Status({}, timeLimit(globals)));
    const document = fleetDocument(status);
    show(globals, document, () => statusText(document));
  });
}
