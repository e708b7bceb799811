/** `coordinator serve`: hands over to the daemon. */
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { show } from './output.js';

export interface ServeOptions {
  readonly config?: string;
  readonly checkConfig: boolean;
  /** Never leads, and refuses whatever changes something. */
  readonly readOnly: boolean;
  /** One line of JSON on standard output once it serves. */
  readonly json: boolean;
}

export type Serve = (options: ServeOptions) => Promise<void>;

/** For new objects, MiB: by itself V8 takes twice that, and holds three such spaces, for a fleet of any size. */
const NEW_OBJECTS = '--max-semi-space-size=8';

const EXAMPLES = `
On a terminal the link of the dashboard is printed, with the token in it; elsewhere the token is never printed.

Examples:
  coordinator serve --config /etc/outrider/coordinator.yaml --check-config
  coordinator serve --read-only
  coordinator serve --json | jq -r .link`;

export function serveCommand(program: Command, serve: Serve): void {
  const command = program.command('serve').description('the daemon');
  command
    .option('--config <file>', 'default: /etc/outrider/coordinator.yaml, where it exists')
    .option('--check-config', 'only say whether the settings are good')
    .option('--read-only', 'never lead, refuse whatever changes something')
    .option('--json', 'print one line of JSON when it serves: its addresses, the dashboard, the file of its token')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(async (given: { readonly config?: string; readonly checkConfig?: true; readonly readOnly?: true }) => {
      const checkConfig = given.checkConfig === true;
      const readOnly = given.readOnly === true;
      // Before the daemon is loaded, which would make that space grow.
      setFlagsFromString(NEW_OBJECTS);
      setFlagsFromString('--optimize-for-size');
      const { json = false } = command.optsWithGlobals<{ readonly json?: true }>();
      await serve({ checkConfig, readOnly, json, ...(given.config === undefined ? {} : { config: given.config }) });
      if (checkConfig) show({ json }, { ok: true }, () => 'The settings are good.');
    });
}
