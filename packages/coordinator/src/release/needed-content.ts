/** Reads what nothing can be done with a release without; where it is lost or damaged, says which file it was and what to do. */
import type { Release } from '@outrider/shared/domain/release.js';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

/** `what`: begins a sentence. `named`: the releases that have it, oldest first. */
export async function readNeeded(
  blobs: BlobStore,
  sha256: string,
  what: string,
  named: () => readonly Pick<Release, 'app' | 'version'>[],
): Promise<Buffer> {
  try {
    return await blobs.readWhole(sha256);
  } catch (error) {
    const isLost = error instanceof OutriderError && error.code === 'not_found';
    const isDamaged = error instanceof OutriderError && error.code === 'internal';
    if (!isLost && !isDamaged) throw error;
    const state = isLost ? 'is not stored here' : 'was damaged on the disk';
    const file = blobs.path(sha256);
    const releases = named();
    const last = releases.at(-1);
    if (last === undefined) {
      throw new OutriderError(error.code, `${what} ${state} (${file}). Push its release again.`, { cause: error });
    }
    const { app, version } = last;
    const versions = releases.map((one) => one.version).join(' and ');
    throw new OutriderError(
      'refused',
      `${what} of ${app} ${versions} ${state} (${file}). Fetch it again: coordinator release verify ${version} --app ${app}; ` +
        'or push the same tree again under this version.',
      { cause: error },
    );
  }
}
