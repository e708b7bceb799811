/** `coordinator serve`: hands over to the daemon. */
import type { Command } from 'commander';
import { print } from './output.js';

export interface ServeOptions {
  readonly config?: string;
  readonly checkConfig: boolean;
  /** Never leads, and refuses whatever changes something. */
  readonly readOnly: boolean;
}

export type Serve = (options: ServeOptions) => Promise<void>;

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
      await serve({ checkConfig, readOnly, ...(given.config === undefined ? {} : { config: given.config }) });
      if (checkConfig) print('The settings are good.');
    });
}
