/** Reads all that this coordinator has stored of a release again, and fetches what is damaged from the others. */
import type { Release } from '@outrider/shared/domain/release.js';
import type { VerifyResult } from '@outrider/shared/domain/release-check.js';
import { AGENTS_FILE, readAccepted } from '@outrider/shared/release/manifest.js';
import { keyId, readSignature } from '@outrider/shared/release/signature.js';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { ReleaseCopies } from './copies.js';

export interface CheckOptions {
  readonly blobs: BlobStore;
  readonly copies: Pick<ReleaseCopies, 'again'>;
}

type Tell = (bytesDone: number, bytesTotal: number) => void;

interface Content {
  /** The first path that has it. */
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

const MANIFEST = 'the manifest';

export async function checkRelease(
  release: Release,
  { blobs, copies }: CheckOptions,
  tell: Tell,
  signal: AbortSignal,
): Promise<VerifyResult> {
  const { digest, files, bytes } = release;
  const manifest: Content = { path: MANIFEST, sha256: digest, size: 0 };
  const damaged = [...(await damagedOf([manifest], blobs, tell, signal))];
  const problems: string[] = [];
  if (damaged.length > 0) await again(copies, digest, problems);
  if (!(await blobs.isWhole(digest))) return { damaged: [MANIFEST], mended: [], problems: [LOST], files, bytes };

  const contents = contentsOf(await blobs.readWhole(digest));
  const bad = await damagedOf(contents, blobs, tell, signal);
  if (bad.length > 0) await again(copies, digest, problems);
  const mended: Content[] = [...damaged];
  for (const content of bad) if (await blobs.isWhole(content.sha256)) mended.push(content);
  if (mended.length < damaged.length + bad.length) problems.push(LOST);
  const agents = contents.find(({ path }) => path === AGENTS_FILE)?.sha256 ?? '';
  return {
    ...{ damaged: pathsOf([...damaged, ...bad]), mended: pathsOf(mended), files, bytes },
    problems: [...new Set([...problems, ...problemsOfSignatures(release, agents)])],
  };
}

const LOST = 'What is damaged is on no other coordinator that answers. Push the release again: its version stays.';

/** What is damaged is taken out, so that it can come again. */
async function damagedOf(
  contents: readonly Content[],
  blobs: BlobStore,
  tell: Tell,
  signal: AbortSignal,
): Promise<readonly Content[]> {
  const damaged: Content[] = [];
  const total = contents.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const content of contents) {
    signal.throwIfAborted();
    if (!(await blobs.isWhole(content.sha256))) {
      await blobs.remove(content.sha256);
      damaged.push(content);
    }
    tell((done += content.size), total);
  }
  return damaged;
}

async function again(copies: CheckOptions['copies'], digest: string, problems: string[]): Promise<void> {
  try {
    await copies.again(digest);
  } catch (error) {
    if (!(error instanceof OutriderError)) throw error;
    // What it says itself is said once, at the end; why it was so is not.
    problems.push(error.cause instanceof OutriderError ? error.cause.message : error.message);
  }
}

function contentsOf(manifest: Uint8Array): readonly Content[] {
  const files = readAccepted(manifest).entries.flatMap((entry) => (entry.kind === 'file' ? [entry] : []));
  return [...new Map(files.map((entry) => [entry.sha256, entry])).values()];
}

const pathsOf = (contents: readonly Content[]): readonly string[] => contents.map(({ path }) => path).sort();

function problemsOfSignatures({ app, version, digest, signatures = [] }: Release, agents: string): readonly string[] {
  return signatures.flatMap((one) => {
    const said = readSignature(one);
    const isOf = said?.app === app && said.version === version && said.digest === digest && said.agents === agents;
    const remedy =
      `If ${digest} is the digest that "release push" has printed, sign it anew: coordinator release sign ${version} ` +
      `--app ${app} --digest ${digest}.`;
    return isOf ? [] : [`The signature by ${keyId(one.key)} is not one of ${app} ${version}. ${remedy}`];
  });
}
