/** `coordinator serve`: hands over to the daemon. */
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { print } from './output.js';

export interface ServeOptions {
  readonly config?: string;
  readonly checkConfig: boolean;
  /** Never leads, and refuses whatever changes something. */
  readonly readOnly: boolean;
}

export type Serve = (options: ServeOptions) => Promise<void>;

/** For new objects, MiB: by itself V8 takes twice that, and holds three such spaces, for a fleet of any size. */
const NEW_OBJECTS = '--max-semi-space-size=8';

export function serveCommand(program: Command, serve: Serve): void {
  program
    .command('serve')
    .description('the daemon')
    .option('--config <file>', 'default: /etc/outrider/coordinator.yaml, where it exists')
    .option('--check-config', 'only say whether the settings are good')
    .option('--read-only', 'never lead, refuse whatever changes something')
    .option('--debug', 'show stack traces')
    .action(async (given: { readonly config?: string; readonly checkConfig?: true; readonly readOnly?: true }) => {
      const checkConfig = given.checkConfig === true;
      const readOnly = given.readOnly === true;
      // Before the daemon is loaded, which would make that space grow.
      setFlagsFromString(NEW_OBJECTS);
      await serve({ checkConfig, readOnly, ...(given.config === undefined ? {} : { config: given.config }) });
      if (checkConfig) print('The settings are good.');
    });
}
