/** `coordinator release tag|rm|prune`: which releases stay. */
import type { Command } from 'commander';
import { releaseDocument } from '@outrider/shared/documents/release.js';
import { InvalidArgumentError } from 'commander';
import { table } from '@outrider/shared/cli/table.js';
import { spokenSize } from '@outrider/shared/domain/size.js';
import { readRelease } from '@outrider/shared/rpc/codec.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { nameOption, newVersion, versionWord } from './arguments.js';
import { timeLimit, withCoordinator } from './connection.js';
import { globalsOf, whoami, withGlobals } from './globals.js';
import { show } from './output.js';

/** What the disk of a coordinator gets back. Contents are cleared away a little later, so that no push that is under way loses what it found. */
const FREED = 'of contents that nothing else has, manifests counted; they go from the disks within the hour';

interface AppOption {
  readonly app?: string;
}

const TAG_HELP = `
A tag may stand wherever a version may, and keeps its release from being pruned or removed.

  coordinator release tag 1.4.0 stable
  coordinator rollout --version stable
  coordinator release tag --rm stable`;

export function tagCommand(release: Command): void {
  const tag = withGlobals(release.command('tag').description('give a release another name, or move that name to it'));
  tag
    .argument('[version]', 'the release: a version, a tag, or latest, previous, good', versionWord)
    .argument('[name]', 'the tag', newVersion)
    .option('--rm <name>', 'take this tag away', newVersion)
    .option('--app <name>', 'where there is more than one app', nameOption)
    .addHelpText('after', TAG_HELP)
    .action(async (version: string | undefined, name: string | undefined, options: AppOption & { rm?: string }) => {
      const isRemoval = options.rm !== undefined;
      if (isRemoval ? version !== undefined : name === undefined) {
        throw new OutriderError(
          'invalid',
          'Name the release and the tag: tag V NAME. Or take a tag away: tag --rm NAME.',
        );
      }
      const globals = globalsOf(tag);
      const word = options.rm ?? name ?? '';
      const ask = { app: options.app ?? '', version: isRemoval ? '' : (version ?? ''), name: word, by: whoami() };
      const answer = await withCoordinator(globals, (remote) => remote.TagRelease(ask, timeLimit(globals)));
      const found = readRelease(answer);
      show(globals, releaseDocument(found), () =>
        isRemoval
          ? `${word} is no tag of ${found.app} any more; it was ${found.version}.`
          : `${word} is ${found.app} ${found.version}.`,
      );
    });
}

const RM_HELP = `
Refused while it is active, on trial, what a host would go back to, part of a rollout, run by an agent, or tagged. The
same content can be pushed under this version again; another content never.

  coordinator release rm 1.3.9`;

export function removeCommand(release: Command): void {
  const remove = withGlobals(release.command('rm').description('remove a release that nothing uses'));
  remove
    .argument('<version>', 'the version itself, no tag', newVersion)
    .option('--app <name>', 'where there is more than one app', nameOption)
    .addHelpText('after', RM_HELP)
    .action(async (version: string, options: AppOption) => {
      const globals = globalsOf(remove);
      const ask = { app: options.app ?? '', version, by: whoami() };
      const answer = await withCoordinator(globals, (remote) => remote.RemoveRelease(ask, timeLimit(globals)));
      if (answer.release === null) throw new OutriderError('internal', 'The coordinator answered without the release.');
      const found = readRelease(answer.release);
      show(
        globals,
        { ...releaseDocument(found), bytes_freed: answer.bytes },
        () => `${found.app} ${found.version} is removed: ${spokenSize(answer.bytes)} ${FREED}.`,
      );
    });
}

const PRUNE_HELP = `
By itself a coordinator does the same after each push and rollout, with keep_releases of its settings (5).

  coordinator release prune --dry-run
  coordinator release prune --keep 2 --app assistants`;

function keepOption(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Expected is a number from 0 to 999999.');
  return Number(text);
}

export function pruneCommand(release: Command): void {
  const prune = withGlobals(
    release.command('prune').description('remove all but the last releases and what is in use or has a tag'),
  );
  prune
    .option('--keep <n>', 'so many of each app stay (default: keep_releases of the coordinator)', keepOption)
    .option('--dry-run', 'only say what would go')
    .option('--app <name>', 'only of this app', nameOption)
    .addHelpText('after', PRUNE_HELP)
    .action(async (options: AppOption & { readonly keep?: number; readonly dryRun?: boolean }) => {
      const globals = globalsOf(prune);
      const dryRun = options.dryRun === true;
      const keep = options.keep === undefined ? {} : { keep: options.keep };
      const ask = { app: options.app ?? '', dryRun, by: whoami(), ...keep };
      const answer = await withCoordinator(globals, (remote) => remote.PruneReleases(ask, timeLimit(globals)));
      const removed = answer.removed.map(readRelease);
      const document = {
        removed: removed.map(releaseDocument),
        bytes_freed: answer.bytes,
        keep: answer.keep,
        dry_run: dryRun,
      };
      const rows = removed.map(({ app, version, pushedAt, by, bytes }) => [
        app,
        version,
        pushedAt,
        by,
        spokenSize(bytes),
      ]);
      show(globals, document, () =>
        removed.length === 0
          ? `Nothing to remove: the last ${answer.keep} of each app stay, and whatever is in use or has a tag.`
          : `${table(rows, ['APP', 'VERSION', 'PUSHED', 'BY', 'SIZE'])}\n` +
            `${removed.length} ${dryRun ? 'would go' : 'removed'}: ${spokenSize(answer.bytes)} ${FREED}.`,
      );
    });
}
