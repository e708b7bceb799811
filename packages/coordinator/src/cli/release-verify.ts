/** `coordinator release verify V [--host H]`: is all of it still what it was? What is damaged is mended. */
import type { Command } from 'commander';
import { isWhole, type VerifyResult } from '@outrider/shared/domain/release-check.js';
import { counted } from '@outrider/shared/domain/sentence.js';
import { readVerifyProgress } from '@outrider/shared/rpc/codec.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { nameOption, versionWord } from './arguments.js';
import { withCoordinator } from './connection.js';
import { type Globals, globalsOf, withGlobals } from './globals.js';
import { show } from './output.js';
import { Progress } from './push/progress.js';

interface VerifyOptions {
  readonly app?: string;
  readonly host?: string;
}

/** The answer is bad. */
const BAD = 30;

const HELP = `
Without --host the coordinator reads all that it has stored of the release again, checks its signatures, and fetches what
is damaged from other coordinators, else from hosts that have the release. With --host that host reads its manifest, what
it was given to run, its stored contents and its tree, and mends them from each other, from the coordinator and from other
hosts. Nothing that runs is restarted. Ends with ${BAD} where something is damaged and could not be mended.

Examples:
  coordinator release verify 1.1.0
  coordinator release verify 1.1.0 --host pc2 --json`;

export function verifyCommand(release: Command): void {
  const command = withGlobals(release.command('verify').description('read all of a release again, and mend it'));
  command
    .addHelpText('after', HELP)
    .argument('<version>', 'or latest, previous, good', versionWord)
    .option('--app <name>', 'where there is more than one app', nameOption)
    .option('--host <name>', 'what this host has of it, instead of the coordinator', nameOption)
    .action(async (version: string, options: VerifyOptions) => {
      const globals = globalsOf(command);
      const result = await verify(globals, version, options);
      const { app, host } = options;
      const asked = { version, ...(app === undefined ? {} : { app }), ...(host === undefined ? {} : { host }) };
      show(globals, { ...asked, ok: isWhole(result), ...result }, () => textOf(version, options, result));
      if (!isWhole(result)) process.exitCode = BAD;
    });
}

async function verify(
  globals: Globals,
  version: string,
  { app = '', host = '' }: VerifyOptions,
): Promise<VerifyResult> {
  const progress = new Progress();
  const limit = globals.timeoutMs === undefined ? {} : { timeoutMs: globals.timeoutMs };
  try {
    return await withCoordinator(globals, async (remote) => {
      let before = 0;
      for await (const told of remote.VerifyRelease({ app, version, host }, limit)) {
        const { done, total, result } = readVerifyProgress(told);
        if (result !== undefined) return result;
        progress.begin('Reading', total);
        progress.add(Math.max(0, done - before));
        before = done;
      }
      throw new OutriderError('unavailable', 'The coordinator has ended before it had read everything. Try again.');
    });
  } finally {
    progress.end();
  }
}

function textOf(version: string, { host }: VerifyOptions, result: VerifyResult): string {
  const { damaged, mended, problems, files, bytes } = result;
  const where = host === undefined ? 'the coordinator' : host;
  const lines = damaged.map((path) => `  ${path}: damaged, ${mended.includes(path) ? 'mended' : 'not mended'}`);
  const head =
    damaged.length === 0
      ? `${version} on ${where}: ${counted(files, 'file')}, ${counted(bytes, 'byte')}, all as it says.`
      : `${version} on ${where}: ${damaged.length} damaged, ${mended.length} mended.`;
  return [head, ...lines, ...problems].join('\n');
}
