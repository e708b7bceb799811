/** `coordinator release ls|show`. */
import type { Command } from 'commander';
import { table } from '@outrider/shared/cli/table.js';
import { releaseDocument, signaturesOf, wholeReleaseDocument } from '@outrider/shared/documents/release.js';
import type { ReleaseUse, ReleaseView } from '@outrider/shared/domain/release.js';
import { spokenSize } from '@outrider/shared/domain/size.js';
import { readAccepted } from '@outrider/shared/release/manifest.js';
import { readRelease } from '@outrider/shared/rpc/codec.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { nameOption, versionWord } from './arguments.js';
import { timeLimit, withCoordinator } from './connection.js';
import { globalsOf, withGlobals } from './globals.js';
import { harmless, show } from './output.js';

export function listCommand(release: Command): void {
  const list = withGlobals(release.command('ls').description('every release, oldest first, and where it is in use'));
  list.option('--app <name>', 'only of this app', nameOption).action(async (options: { readonly app?: string }) => {
    const globals = globalsOf(list);
    const answer = await withCoordinator(globals, (remote) =>
      remote.ListReleases({ app: options.app ?? '' }, timeLimit(globals)),
    );
    const releases = answer.releases.map(readRelease);
    show(globals, releases.map(releaseDocument), () =>
      releases.length === 0
        ? `There is no release${options.app === undefined ? '' : ` of ${options.app}`} yet. Push one: coordinator release push DIR --version V.`
        : table(releases.map(rowOf), [
            'APP',
            'VERSION',
            'TAGS',
            'PUSHED',
            'BY',
            'SIZE',
            'IN USE',
            'DIGEST',
            'SIGNED BY',
            'MESSAGE',
          ]),
    );
  });
}

export function showCommand(release: Command): void {
  const one = withGlobals(release.command('show').description('one release: its agents.yaml and files'));
  one
    .argument('<version>', 'or a tag, or latest, previous, good', versionWord)
    .option('--app <name>', 'where there is more than one app', nameOption)
    .addHelpText('after', '\n  coordinator release show good')
    .action(async (version: string, options: { readonly app?: string }) => {
      const globals = globalsOf(one);
      const answer = await withCoordinator(globals, (remote) =>
        remote.ShowRelease({ app: options.app ?? '', version }, timeLimit(globals)),
      );
      if (answer.release === null) throw new OutriderError('internal', 'The coordinator answered without the release.');
      const found = readRelease(answer.release);
      const manifest = readAccepted(answer.manifest);
      const { entries } = manifest;
      show(globals, wholeReleaseDocument(found, answer.agentsYaml, manifest), () =>
        [table(factsOf(found)), '', ...entries.map((entry) => entry.path), '', answer.agentsYaml.trimEnd()].join('\n'),
      );
    });
}

const signersOf = (release: ReleaseView): string =>
  signaturesOf(release)
    .map(({ key }) => key)
    .join(' ') || '-';

const rowOf = (one: ReleaseView): string[] => [
  ...[one.app, one.version, one.tags.join(' '), one.pushedAt, one.by, spokenSize(one.bytes)],
  ...[usedWords(one.uses), one.digest.slice(0, 12), signersOf(one), harmless(one.message ?? '')],
];

function factsOf(one: ReleaseView): string[][] {
  const { source, tags, uses, message, bytes, signatures: _signatures, ...rest } = one;
  const signed = signaturesOf(one).map(({ key, signed_at: at }) => `${key} at ${at}`);
  const from = [source?.kind, source?.ref, source?.commit].filter((word) => word !== undefined).join(' ');
  return [
    ...Object.entries(releaseDocument({ ...rest, bytes, tags: [], uses: [] }))
      .filter(([key]) => key !== 'tags' && key !== 'uses')
      .map(([key, value]) => [key, String(value)]),
    ...[
      ['message', harmless(message ?? '')],
      ['source', harmless(from)],
      ['tags', tags.join(' ')],
    ],
    ['signatures', signed.join(', ') || 'none'],
    ['in use', usedWords(uses)],
  ].filter(([, value]) => value !== '');
}

/** `active on main-pc, pc2; good`. */
function usedWords(uses: readonly ReleaseUse[]): string {
  const hosts = new Map<string, string[]>();
  for (const { how, host, rollout } of uses) {
    const places = hosts.get(how) ?? [];
    const place = host ?? (how === 'rollout' ? rollout : undefined);
    hosts.set(how, place === undefined || places.includes(place) ? places : [...places, place]);
  }
  return [...hosts]
    .map(([how, places]) => (places.length === 0 ? how : `${wordOf(how)} ${places.join(', ')}`))
    .join('; ');
}

function wordOf(how: string): string {
  switch (how) {
    case 'rollout':
      return 'rollout';
    case 'agent':
      return 'agents on';
    default:
      return `${how} on`;
  }
}
