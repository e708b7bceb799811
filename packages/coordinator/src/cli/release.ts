/** `coordinator release push|ls|show`; signing and verifying are in files of their own. */
import type { Command } from 'commander';
import type { Release } from '@outrider/shared/domain/release.js';
import { readAccepted } from '@outrider/shared/release/manifest.js';
import { readRelease } from '@outrider/shared/rpc/codec.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { nameOption, newVersion, versionWord } from './arguments.js';
import { timeLimit, withCoordinator } from './connection.js';
import { globalsOf, withGlobals } from './globals.js';
import { show } from './output.js';
import { keyCommand, keysOption } from './release-key.js';
import { pushRelease } from './release-push.js';
import { signaturesOf, signCommand } from './release-sign.js';
import { verifyCommand } from './release-verify.js';
import { table } from '@outrider/shared/cli/table.js';

interface PushOptions {
  readonly version?: string;
  readonly app?: string;
  readonly message?: string;
  readonly keys?: string;
  /** False: `--no-sign`. */
  readonly sign: boolean;
}

export function releaseCommand(program: Command): void {
  const release = program.command('release').description('versions of an app').enablePositionalOptions();
  const push = withGlobals(
    release.command('push').description('store a folder as a version; only what is new travels'),
  );
  push
    .argument('<dir>', 'a folder with an agents.yaml; .outriderignore names what is left out')
    .option('--version <version>', 'its name for ever', newVersion)
    .option('--app <name>', 'instead of the one in agents.yaml', nameOption)
    .option('--message <text>', 'what is new, for the history')
    .option('--no-sign', 'leave it unsigned, though there are keys')
    .addOption(keysOption())
    .action(async (dir: string, options: PushOptions) => {
      if (options.version === undefined)
        throw new OutriderError('invalid', 'Under which version? Name it with --version V.');
      const globals = globalsOf(push);
      const result = await pushRelease(globals, { ...options, version: options.version, dir });
      show(globals, result, () => {
        const sent = result.bytes_sent === 0 ? 'nothing had to travel' : `${result.bytes_sent} bytes travelled`;
        const signed = result.signed_by.length === 0 ? '' : `\nSigned by ${result.signed_by.join(', ')}`;
        return `${result.app} ${result.version}: ${result.files} files, ${result.bytes} bytes, ${sent}.\nDigest ${result.digest}${signed}`;
      });
    });

  lsCommand(release);
  showCommand(release);
  signCommand(release);
  verifyCommand(release);
  keyCommand(release);
}

function lsCommand(release: Command): void {
  const list = withGlobals(release.command('ls').description('every release, oldest first'));
  list.option('--app <name>', 'only of this app', nameOption).action(async (options: { readonly app?: string }) => {
    const globals = globalsOf(list);
    const answer = await withCoordinator(globals, (remote) =>
      remote.ListReleases({ app: options.app ?? '' }, timeLimit(globals)),
    );
    const releases = answer.releases.map(readRelease);
    const rows = releases.map((one) => [
      one.app,
      one.version,
      one.pushedAt,
      one.by,
      `${one.bytes}`,
      one.digest.slice(0, 12),
      signersOf(one),
    ]);
    show(globals, releases.map(documentOf), () =>
      releases.length === 0
        ? 'There is no release yet. Push one: coordinator release push DIR --version V.'
        : table(rows, ['APP', 'VERSION', 'PUSHED', 'BY', 'BYTES', 'DIGEST', 'SIGNED BY']),
    );
  });
}

function showCommand(release: Command): void {
  const one = withGlobals(release.command('show').description('one release: its agents.yaml and files'));
  one
    .argument('<version>', 'or latest, previous, good', versionWord)
    .option('--app <name>', 'where there is more than one app', nameOption)
    .action(async (version: string, options: { readonly app?: string }) => {
      const globals = globalsOf(one);
      const answer = await withCoordinator(globals, (remote) =>
        remote.ShowRelease({ app: options.app ?? '', version }, timeLimit(globals)),
      );
      if (answer.release === null) throw new OutriderError('internal', 'The coordinator answered without the release.');
      const found = readRelease(answer.release);
      const { entries } = readAccepted(answer.manifest);
      show(globals, { ...documentOf(found), agents_yaml: answer.agentsYaml, entries }, () =>
        [
          table(Object.entries(shownOf(found)).map(([key, value]) => [key, String(value)])),
          '',
          ...entries.map((entry) => entry.path),
          '',
          answer.agentsYaml.trimEnd(),
        ].join('\n'),
      );
    });
}

/** As scripts see it; the same spelling as `release push` prints. */
function documentOf(release: ReturnType<typeof readRelease>): Readonly<Record<string, unknown>> {
  const { pushedAt, signatures: _signatures, ...rest } = release;
  const signatures = signaturesOf(release);
  return { ...rest, pushed_at: pushedAt, ...(signatures.length === 0 ? {} : { signatures }) };
}

const signersOf = (release: Pick<Release, 'signatures'>): string =>
  signaturesOf(release)
    .map(({ key }) => key)
    .join(' ') || '-';

const shownOf = (release: Release): Readonly<Record<string, unknown>> => ({
  ...documentOf(release),
  signatures:
    signaturesOf(release)
      .map(({ key, signed_at: at }) => `${key} at ${at}`)
      .join(', ') || 'none',
});
