/** `coordinator release`; its verbs are in files of their own. */
import type { Command } from 'commander';
import { formatDuration } from '@outrider/shared/domain/duration.js';
import { counted } from '@outrider/shared/domain/sentence.js';
import { spokenSize } from '@outrider/shared/domain/size.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { nameOption, newVersion } from './arguments.js';
import { globalsOf, withGlobals } from './globals.js';
import { show } from './output.js';
import { keyCommand, keysOption } from './release-key.js';
import { signCommand } from './release-sign.js';
import { verifyCommand } from './release-verify.js';
import { pruneCommand, removeCommand, tagCommand } from './release-keep.js';
import { listCommand, showCommand } from './release-list.js';

interface PushOptions {
  readonly version?: string;
  readonly app?: string;
  readonly message?: string;
  readonly git?: string;
  readonly keys?: string;
  /** False: `--no-sign`. */
  readonly sign: boolean;
  readonly cache: boolean;
}

const PUSH_HELP = `
What .gitignore files leave out is left out, and what .outriderignore files name; they are written alike, and the
second can bring back (!models/) what the first leave out. A push that was cut off goes on where it was.

  coordinator release push . --version 1.4.0
  coordinator release push build.tar.gz --version 1.4.0 --message "new planner"
  ssh builder cat build.tgz | coordinator release push - --version 1.4.0
  coordinator release push . --git v1.4.0 --version 1.4.0`;

export function releaseCommand(program: Command): void {
  const release = program.command('release').description('versions of an app').enablePositionalOptions();
  pushCommand(release);
  listCommand(release);
  showCommand(release);
  tagCommand(release);
  removeCommand(release);
  pruneCommand(release);
  signCommand(release);
  verifyCommand(release);
  keyCommand(release);
}

function pushCommand(release: Command): void {
  const push = withGlobals(
    release.command('push').description('store a folder or an archive as a version; only what is new travels'),
  );
  push
    .argument('<from>', 'a folder with an agents.yaml, a tar archive of one, or - for an archive on standard input')
    .option('--version <version>', 'its name for ever', newVersion)
    .option('--git <ref>', 'what git has of the folder at this branch, tag or commit')
    .option('--app <name>', 'instead of the one in agents.yaml', nameOption)
    .option('--message <text>', 'what is new, for the history')
    .option('--no-sign', 'leave it unsigned, though there are keys')
    .addOption(keysOption())
    .option('--no-cache', 'read every file, also those that have not changed since the last push from here')
    .addHelpText('after', PUSH_HELP)
    .action(async (from: string, options: PushOptions) => {
      if (options.version === undefined)
        throw new OutriderError('invalid', 'Under which version? Name it with --version V.');
      const globals = globalsOf(push);
      // What reads folders is loaded only where there is one.
      const { pushRelease } = await import('./push/push.js');
      const begun = performance.now();
      const result = await pushRelease(globals, { ...options, version: options.version, from });
      show(globals, result, () => {
        const took = formatDuration(Math.ceil((performance.now() - begun) / 100) * 100);
        const sent =
          result.bytes_sent === 0 ? 'nothing had to travel' : `${spokenSize(result.bytes_sent)} travelled in ${took}`;
        const { app, version, files, bytes, digest, commit, signed_by: signers } = result;
        const signed = signers.length === 0 ? '' : `\nSigned by ${signers.join(', ')}`;
        const from = commit === undefined ? '' : `\nCommit ${commit}`;
        return `${app} ${version}: ${counted(files, 'file')}, ${spokenSize(bytes)}, ${sent}.\nDigest ${digest}${from}${signed}`;
      });
    });
}
