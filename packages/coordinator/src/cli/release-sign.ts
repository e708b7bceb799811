/** `coordinator release sign V`: signs a release that is there, again with a new time. */
import type { Command } from 'commander';
import { signaturesOf } from '@outrider/shared/documents/release.js';
import { isDigest } from '@outrider/shared/domain/name.js';
import type { Manifest, Release } from '@outrider/shared/domain/release.js';
import type { ReleaseSignature, ReleaseStatement } from '@outrider/shared/domain/release-signature.js';
import { AGENTS_FILE, readAccepted } from '@outrider/shared/release/manifest.js';
import { readSignature } from '@outrider/shared/release/signature.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { readRelease } from '@outrider/shared/rpc/codec.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { nameOption, versionWord } from './arguments.js';
import { timeLimit, withCoordinator } from './connection.js';
import { type Globals, globalsOf, withGlobals } from './globals.js';
import { show } from './output.js';
import { keysOption } from './release-key.js';
import { keysFolder, keysWords, readKeys, type ReleaseKey, signWith } from './release-keys.js';

interface SignOptions {
  readonly app?: string;
  readonly keys?: string;
  readonly digest?: string;
}

const HELP = `
Signs with every key of the folder. A host that refuses a release because it has accepted a newer one takes it then.

The coordinator says what the version is; so that it can't have you sign something else, one of your keys must have
signed it before, or you say the digest that "release push" has printed.

Examples:
  coordinator release sign 1.1.0
  coordinator release sign 1.1.0 --digest 3f1c...`;

export function signCommand(release: Command): void {
  const command = withGlobals(release.command('sign').description('sign a release that is there, with a new time'));
  command
    .addHelpText('after', HELP)
    .argument('<version>', 'or latest, previous, good', versionWord)
    .option('--app <name>', 'where there is more than one app', nameOption)
    .option('--digest <sha256>', 'what you know it to be; needed where none of your keys has signed it yet')
    .addOption(keysOption())
    .action(async (version: string, options: SignOptions) => {
      const globals = globalsOf(command);
      const keys = keysToSign(options.keys);
      const signed = await withCoordinator(globals, (remote) => signThere(globals, remote, version, options, keys));
      const lines = signaturesOf(signed).map(({ key, signed_at: at }) => `  ${key} at ${at}`);
      show(globals, documentOf(signed), () => [`${signed.app} ${signed.version} is signed by`, ...lines].join('\n'));
    });
}

/** @throws OutriderError('not_found') where there is none. */
function keysToSign(given: string | undefined): readonly ReleaseKey[] {
  const folder = keysFolder(given);
  const keys = readKeys(folder);
  if (keys.length > 0) return keys;
  throw new OutriderError(
    'not_found',
    `There is no key in ${folder}. Make one: coordinator release key create${keysWords(given)}.`,
  );
}

async function signThere(
  globals: Globals,
  remote: CoordinatorRemote,
  version: string,
  { app = '', digest, keys: folder }: SignOptions,
  keys: readonly ReleaseKey[],
): Promise<Release> {
  if (digest !== undefined && !isDigest(digest)) {
    throw new OutriderError('invalid', '--digest: Expected are 64 hexadecimal digits, as "release push" prints them.');
  }
  const answer = await remote.ShowRelease({ app, version }, timeLimit(globals));
  if (answer.release === null) throw new OutriderError('internal', 'The coordinator answered without the release.');
  const release = readRelease(answer.release);
  if (sha256(answer.manifest) !== release.digest) {
    throw new OutriderError('internal', 'The coordinator shows another content than it names. Nothing was signed.');
  }
  if (digest !== undefined && digest !== release.digest) {
    throw new OutriderError(
      'refused',
      `${release.app} ${release.version} has the digest ${release.digest} there, not ${digest}. Nothing was signed.`,
    );
  }
  if (digest === undefined) checkKnown(release, keys, folder);
  const statement = statementOf(release, readAccepted(answer.manifest));
  return signAt(globals, remote, signWith(keys, statement), statement);
}

export async function signAt(
  globals: Globals,
  remote: CoordinatorRemote,
  signatures: readonly ReleaseSignature[],
  { app, version }: Pick<ReleaseStatement, 'app' | 'version'>,
): Promise<Release> {
  return readRelease(await remote.SignRelease({ app, version, signatures: [...signatures] }, timeLimit(globals)));
}

/** What is signed, from what is known here, not from what a coordinator says. */
export function statementOf(
  { app, version, digest }: Pick<Release, 'app' | 'version' | 'digest'>,
  { entries }: Manifest,
): Omit<ReleaseStatement, 'signedAt'> {
  const entry = entries.find(({ path }) => path === AGENTS_FILE);
  if (entry?.kind === 'file') return { app, version, digest, agents: entry.sha256 };
  throw new OutriderError('invalid', `There is no file ${AGENTS_FILE} at the root of the release.`);
}

/** A key of ours has signed this very content before. */
function checkKnown(
  { app, version, digest, signatures = [] }: Release,
  keys: readonly ReleaseKey[],
  folder: string | undefined,
): void {
  const isKnown = signatures.some((one) => {
    const said = readSignature(one);
    const isOurs = keys.some(({ publicKey }) => publicKey === one.key);
    return isOurs && said?.app === app && said.version === version && said.digest === digest;
  });
  if (isKnown) return;
  const command = `coordinator release sign ${version} --app ${app} --digest ${digest}${keysWords(folder)}`;
  throw new OutriderError(
    'refused',
    `None of your keys has signed ${app} ${version}, so the coordinator alone says what it is: ${digest}. If that is ` +
      `what you have pushed, say so: ${command}.`,
  );
}

const documentOf = (release: Release): Readonly<Record<string, unknown>> => ({
  ...{ app: release.app, version: release.version, digest: release.digest, signatures: signaturesOf(release) },
});
