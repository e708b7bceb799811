/**
 * Owns data_dir/prepared: what steps have made, one folder for each digest of all that it was made from, whole or not
 * there. The folder is the one that the step ran in, so that paths that its program has written down stay true.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, lchown, lstat, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HostPrepare } from '@outrider/shared/domain/prepare.js';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import { matching } from '@outrider/shared/release/agent-files.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { syncFolder, writeDurably } from '@outrider/shared/runtime/durable-file.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type Contents, layOut } from './lay-out.js';
import { seal } from './seal.js';
import type { StepRunner } from './ports.js';

const MARK = '.json';

export class Prepared {
  constructor(
    private readonly root: string,
    private readonly contents: Contents,
    private readonly runner: StepRunner,
  ) {}

  /** `needs`: keys of the steps that it depends on. */
  keyOf(step: HostPrepare, needs: readonly string[]): string {
    const { inputs } = step;
    return digestOf({ inputs, needs, arch: process.arch, program: this.runner.programOf(step) });
  }

  /** Absolute. */
  place(app: string, key: string, path: string): string {
    return join(this.root, app, key, path);
  }

  /** The key of a whole result that a link leads to; undefined: it leads elsewhere, or to what is not whole. */
  keyBehind(app: string, step: HostPrepare, path: string, target: string | undefined): string | undefined {
    const key = (target ?? '').slice(join(this.root, app).length + 1).split('/')[0] ?? '';
    const leadsThere = key !== '' && target === this.place(app, key, path);
    return leadsThere && this.markOf(app, key)?.inputs === step.inputs ? key : undefined;
  }

  isWhole(app: string, key: string): boolean {
    return this.markOf(app, key) !== undefined;
  }

  /** Half a result is none: it is made from the beginning. @throws DamagedBlob */
  async make(
    app: string,
    step: HostPrepare,
    key: string,
    entries: readonly ManifestEntry[],
    needs: readonly { readonly step: HostPrepare; readonly key: string }[],
    signal: AbortSignal,
  ): Promise<void> {
    const folder = join(this.root, app, key);
    await this.remove(app, key);
    mkdirSync(this.root, { recursive: true, mode: 0o755 });
    mkdirSync(dirname(folder), { recursive: true, mode: 0o755 });
    try {
      await this.furnish(app, step, folder, entries, needs, signal);
      await this.runner.run({ app, step, cwd: folder }, signal);
      for (const path of step.creates) await this.expect(step, folder, path);
      await seal(folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      if (signal.aborted) throw new OutriderError('unavailable', 'The staging was stopped.', { cause: error });
      throw error;
    }
    syncFolder(dirname(folder));
    const { name, inputs, creates } = step;
    writeDurably(this.markPath(app, key), JSON.stringify({ name, inputs, creates }), 0o644);
  }

  /** Of all that is here of an app, whole or not. */
  keys(app: string): readonly string[] {
    const names = namesIn(join(this.root, app));
    return [...new Set(names.map((name) => (name.endsWith(MARK) ? name.slice(0, -MARK.length) : name)))];
  }

  /** The mark goes first: what is half gone is not whole. */
  async remove(app: string, key: string): Promise<void> {
    rmSync(this.markPath(app, key), { force: true });
    await rm(join(this.root, app, key), { recursive: true, force: true });
  }

  private async furnish(
    app: string,
    step: HostPrepare,
    folder: string,
    entries: readonly ManifestEntry[],
    needs: readonly { readonly step: HostPrepare; readonly key: string }[],
    signal: AbortSignal,
  ): Promise<void> {
    const owner = this.runner.ownerOf(step.user);
    const makeFolder = async (path: string): Promise<void> => {
      await mkdir(path, { recursive: true });
      await chmod(path, 0o755);
      if (owner !== undefined) await lchown(path, owner.uid, owner.gid);
    };
    await makeFolder(folder);
    await layOut(folder, '', matching(step.files, entries), this.contents, owner, signal);
    for (const path of [...step.creates, ...needs.flatMap((need) => need.step.creates)]) {
      for (const above of foldersAbove(path)) await makeFolder(join(folder, above));
    }
    for (const need of needs) {
      for (const path of need.step.creates) await symlink(this.place(app, need.key, path), join(folder, path));
    }
  }

  private async expect({ name }: HostPrepare, folder: string, path: string): Promise<void> {
    const found = await lstat(join(folder, path)).catch(() => undefined);
    if (found?.isDirectory() === true || found?.isFile() === true) return;
    throw new OutriderError(
      'invalid',
      `prepare.${name} has ended well, and ${path}, which it creates, is no folder and no file.`,
    );
  }

  private markPath(app: string, key: string): string {
    return join(this.root, app, `${key}${MARK}`);
  }

  private markOf(app: string, key: string): { readonly inputs: string } | undefined {
    try {
      return JSON.parse(readFileSync(this.markPath(app, key), 'utf8')) as { readonly inputs: string };
    } catch {
      return undefined;
    }
  }
}

function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
