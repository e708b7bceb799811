/** What git has of a folder at a reference, as a tar archive. Runs the git program, without a shell; changes nothing. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { PassThrough, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

export interface GitTree {
  readonly commit: string;
  /** Paths of submodules in it: they are empty folders in the archive. */
  readonly submodules: readonly string[];
  /** To be read to its end before `ended` is waited for. */
  readonly archive: Readable;
  /** Rejects with git's words where it could not give all of it. */
  readonly ended: Promise<void>;
}

const run = promisify(execFile);
const MOST_OUTPUT = 256 * 1024 * 1024;

/** @throws OutriderError('invalid') where there is no such thing, or no git. */
export async function gitTree(folder: string, ref: string): Promise<GitTree> {
  if (ref.startsWith('-') || ref === '') {
    throw new OutriderError('invalid', `--git ${ref}: this is no reference. Name a branch, a tag or a commit.`);
  }
  const [top = '', prefix = ''] = (
    await git(folder, ['rev-parse', '--show-toplevel', '--show-prefix'], `${folder} is in no git repository`)
  ).split('\n');
  const named = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const commit = (await git(top, named, `${folder}: git knows no commit ${ref}`)).trim();
  const inside = prefix.replace(/\/$/, '');
  const tree = inside === '' ? commit : `${commit}:${inside}`;
  const listed = await git(top, ['ls-tree', '-r', '-z', tree], `${folder} is not in ${ref}`);
  const child = spawn('git', ['-C', top, 'archive', '--format=tar', tree], { stdio: ['ignore', 'pipe', 'pipe'] });
  // Taken at once: what nobody reads of a program that has ended is thrown away.
  const archive = child.stdout.pipe(new PassThrough());
  archive.once('close', () => archive.readableEnded || child.kill());
  return { commit, submodules: submodulesIn(listed), archive, ended: ended(child, ref) };
}

async function git(folder: string, words: readonly string[], otherwise: string): Promise<string> {
  try {
    return (await run('git', ['-C', folder, ...words], { maxBuffer: MOST_OUTPUT })).stdout;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    const what = code === 'ENOENT' ? 'the program git is not there; --git needs it' : otherwise;
    throw new OutriderError('invalid', `${what}.`, { cause: error });
  }
}

/** Lines are `MODE TYPE OBJECT\tPATH`. */
const submodulesIn = (listed: string): string[] =>
  listed
    .split('\0')
    .filter((line) => line.startsWith('160000 '))
    .map((line) => line.slice(line.indexOf('\t') + 1));

function ended(child: ChildProcess, ref: string): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, 2_000)));
  const end = new Promise<void>((resolve, reject) => {
    const failed = (why: string): void =>
      reject(new OutriderError('invalid', `git could not give ${ref}: ${why.trim().replace(/\.$/, '')}.`));
    child.once('error', (error) => failed(error.message));
    child.once('close', (code, signal) => {
      // Killed: whoever reads has had enough, and knows why.
      if (code === 0 || (code === null && child.killed)) resolve();
      else failed(said === '' ? `it ended with ${code ?? signal ?? 'an error'}` : said);
    });
  });
  // Whoever reads the archive may fail first.
  end.catch(() => undefined);
  return end;
}
