/** `coordinator rollback`: each host back to its previous release, or all to the one named. */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { readPlan } from '@outrider/shared/rpc/codec.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { versionWord } from './arguments.js';
import { persistently } from './connection.js';
import { followRollout } from './follow-rollout.js';
import { globalsOf, hostsOption, whoami, withGlobals } from './globals.js';
import { print, printJson } from './output.js';
import { planText } from './plan-text.js';

interface RollbackOptions {
  readonly to?: string;
  readonly app?: string;
  readonly hosts?: readonly string[];
  readonly message?: string;
  readonly strategy?: string;
  readonly agents?: string;
}

/** A coordinator that restarts is waited for so long: the same request twice begins one rollback. */
const START_WITHIN_MS = 10_000;

export function rollbackCommand(program: Command): void {
  const command = withGlobals(program.command('rollback').description('back to what ran before: at once, no trial'));
  command
    .option('--to <version>', 'this release; default: the previous one of each host', versionWord)
    .option('--app <name>', 'where there is more than one app')
    .option('--hosts <a,b>', 'only these hosts', hostsOption)
    .option('--strategy <name>', 'immediate (the default); others are not supported yet')
    .option('--agents <a,b>', 'not supported yet')
    .option('--message <text>', 'why, for the history')
    .option('--yes', 'there is no question; accepted for scripts')
    .action(async (options: RollbackOptions) => {
      process.exitCode = await rollback(command, options);
    });
}

async function rollback(command: Command, options: RollbackOptions): Promise<number> {
  const globals = globalsOf(command);
  if (options.agents !== undefined) throw new OutriderError('invalid', '--agents is not supported yet. Use --hosts.');
  if (options.strategy !== undefined && options.strategy !== 'immediate') {
    throw new OutriderError('invalid', `--strategy ${options.strategy} is not supported yet. Leave it out: immediate.`);
  }
  const request = {
    app: options.app ?? '',
    to: options.to ?? '',
    hosts: [...(options.hosts ?? [])],
    by: whoami(),
    requestId: randomUUID(),
    ...(options.message === undefined ? {} : { message: options.message }),
  };
  const deadline = Date.now() + (globals.timeoutMs ?? START_WITHIN_MS);
  const { rollout, plan } = await persistently(globals, deadline, (remote, limits) => remote.Rollback(request, limits));
  if (rollout === '') {
    if (globals.json)
      printJson({
        at: rfc3339(Date.now()),
        type: 'rollout.succeeded',
        reason: 'it is so already',
        data: { rollout: null },
      });
    else print('Everything is as asked already. Nothing was changed.');
    return 0;
  }
  if (!globals.json && plan !== null) print(planText(readPlan(plan)));
  return followRollout(globals, rollout);
}
