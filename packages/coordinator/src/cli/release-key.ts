/** `coordinator release key create|ls|show|rotate|rm`: keys of whoever releases, on this machine. Asks no coordinator. */
import { type Command, Option } from 'commander';
import { confirmed } from '@outrider/shared/cli/confirm.js';
import { table } from '@outrider/shared/cli/table.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { globalsOf, withGlobals } from './globals.js';
import { note, show } from './output.js';
import { keyNamed, keysFolder, keysWords, makeKey, readKeys, type ReleaseKey, removeKey } from './release-keys.js';

interface KeyOptions {
  readonly keys?: string;
  readonly yes?: true;
}

const HELP = `
A key signs what you push; hosts whose sidecar.yaml names its public part under trusted_keys take nothing else. The
private part stays in this folder: ~/.config/outrider/keys, OUTRIDER_KEYS, or --keys.

To change keys without a gap:
  1. coordinator release key rotate           a new key beside the old: from now on both sign
  2. the line that it prints goes into trusted_keys of every sidecar.yaml, beside the old one; restart the sidecars
  3. coordinator release sign V               of what hosts run and may go back to, so that the new key has signed it;
     coordinator rollout --version V          (or roll out something newer) brings the signature to the hosts
  4. coordinator release key rm OLD           and its line goes out of every trusted_keys

Examples:
  coordinator release key create
  coordinator release key ls --json`;

export const keysOption = (): Option =>
  new Option('--keys <dir>', 'the folder of keys; default: OUTRIDER_KEYS, else ~/.config/outrider/keys');

export function keyCommand(release: Command): void {
  const key = release.command('key').description('keys that releases are signed with').enablePositionalOptions();
  key.addHelpText('after', HELP);
  verb(key, 'create', 'make the first key, and print its line for trusted_keys', (folder, at) => {
    const [known] = readKeys(folder);
    if (known !== undefined) {
      throw new OutriderError(
        'refused',
        `There is the key ${known.id} in ${folder} already. A new one beside it: coordinator release key rotate${at}.`,
      );
    }
    return made(folder);
  });
  verb(key, 'rotate', 'make a new key beside the old ones; all of them sign until you rm the old', (folder, at) => {
    if (readKeys(folder).length === 0) {
      throw new OutriderError(
        'refused',
        `There is no key in ${folder} yet. Make one: coordinator release key create${at}.`,
      );
    }
    return made(folder);
  });
  listVerb(key);
  showVerb(key);
  removeVerb(key);
}

interface Answer {
  readonly document: unknown;
  readonly text: string;
}

function verb(key: Command, name: string, description: string, act: (folder: string, at: string) => Answer): void {
  const command = withGlobals(key.command(name).description(description)).addOption(keysOption());
  command.action((options: KeyOptions) => {
    const { document, text } = act(keysFolder(options.keys), keysWords(options.keys));
    show(globalsOf(command), document, () => text);
  });
}

function made(folder: string): Answer {
  const key = makeKey(folder);
  note(`The key ${key.id} is kept in ${key.file}. Keep a copy where only you can read it. For every sidecar.yaml:`);
  return { document: documentOf(key), text: `trusted_keys: [${key.publicKey}]` };
}

function listVerb(key: Command): void {
  verb(key, 'ls', 'the keys of the folder, the oldest first', (folder, at) => {
    const keys = readKeys(folder);
    const rows = keys.map(({ id, createdAt, publicKey }) => [id, createdAt, publicKey]);
    const text =
      keys.length === 0
        ? `There is no key in ${folder}. Make one: coordinator release key create${at}.`
        : table(rows, ['ID', 'CREATED', 'PUBLIC KEY']);
    return { document: keys.map(documentOf), text };
  });
}

function showVerb(key: Command): void {
  const command = withGlobals(key.command('show').description('the line for trusted_keys')).addOption(keysOption());
  command
    .argument('[id]', 'one of the keys; default: all of them')
    .action((id: string | undefined, options: KeyOptions) => {
      const [folder, at] = [keysFolder(options.keys), keysWords(options.keys)];
      const keys = id === undefined ? readKeys(folder) : [keyNamed(options.keys, id)];
      if (keys.length === 0) {
        throw new OutriderError(
          'not_found',
          `There is no key in ${folder}. Make one: coordinator release key create${at}.`,
        );
      }
      const line = `trusted_keys: [${keys.map(({ publicKey }) => publicKey).join(', ')}]`;
      show(globalsOf(command), keys.map(documentOf), () => line);
    });
}

function removeVerb(key: Command): void {
  const command = withGlobals(key.command('rm').description('remove a key: nothing is signed with it any more'));
  command
    .addOption(keysOption())
    .argument('<id>', 'as "release key ls" shows it')
    .option('--yes', 'ask nothing')
    .action(async (id: string, options: KeyOptions) => {
      const folder = keysFolder(options.keys);
      const found = keyNamed(options.keys, id);
      const left = readKeys(folder).length - 1;
      const last = left === 0 ? ' It is the only one: nothing would be signed any more.' : '';
      await confirmed(`Remove the key ${found.id} for ever?${last}`, options.yes === true);
      removeKey(found);
      show(globalsOf(command), { ...documentOf(found), removed: true }, () => `The key ${found.id} is gone.`);
    });
}

/** Never the private part. */
const documentOf = ({ id, publicKey, createdAt, file }: ReleaseKey): Readonly<Record<string, string>> => ({
  ...{ id, public_key: publicKey, created_at: createdAt, file },
});
