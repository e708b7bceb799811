/** Reads all that this coordinator has stored of a release again, and fetches what is damaged from the others. */
import type { Release } from '@outrider/shared/domain/release.js';
import type { VerifyResult } from '@outrider/shared/domain/release-check.js';
import { AGENTS_FILE, readAccepted } from '@outrider/shared/release/manifest.js';
import { keyId, readSignature } from '@outrider/shared/release/signature.js';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { ReleaseCopies } from './copies.js';

/** Hosts that have the release. Implemented by fleet/; what no host gives stays away, and nothing is thrown. */
export interface HostsThatHaveIt {
  manifest(release: Release, signal: AbortSignal): Promise<void>;
  /** Bytes by sha256. */
  contents(release: Release, wanted: ReadonlyMap<string, number>, signal: AbortSignal): Promise<void>;
}

export interface CheckOptions {
  readonly blobs: BlobStore;
  readonly copies: Pick<ReleaseCopies, 'again'>;
  /** Asked where no other coordinator has it; absent: none is. */
  readonly hosts?: HostsThatHaveIt;
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
  options: CheckOptions,
  tell: Tell,
  signal: AbortSignal,
): Promise<VerifyResult> {
  const { blobs, hosts } = options;
  const { digest, files, bytes } = release;
  const manifest: Content = { path: MANIFEST, sha256: digest, size: 0 };
  const damaged = await damagedOf([manifest], blobs, tell, signal);
  const why = await mend(damaged, release, options, async () => hosts?.manifest(release, signal));
  if (!(await blobs.isWhole(digest))) return { damaged: [MANIFEST], mended: [], problems: why, files, bytes };

  const contents = contentsOf(await blobs.readWhole(digest));
  const bad = await damagedOf(contents, blobs, tell, signal);
  const wanted = new Map(bad.map(({ sha256, size }) => [sha256, size]));
  const problems = await mend(bad, release, options, async () => hosts?.contents(release, wanted, signal));
  const mended = [...damaged, ...(await wholeOf(bad, blobs))];
  const agents = contents.find(({ path }) => path === AGENTS_FILE)?.sha256 ?? '';
  return {
    ...{ damaged: pathsOf([...damaged, ...bad]), mended: pathsOf(mended), files, bytes },
    problems: [...problems, ...problemsOfSignatures(release, agents)],
  };
}

/** From other coordinators, else from hosts. Sentences about what stays away. */
async function mend(
  bad: readonly Content[],
  release: Release,
  { blobs, copies }: CheckOptions,
  fromHosts: () => Promise<void>,
): Promise<readonly string[]> {
  const isMended = async (): Promise<boolean> => (await wholeOf(bad, blobs)).length === bad.length;
  if (bad.length === 0) return [];
  const why = [...(await refused(() => copies.again(release.digest)))];
  if (await isMended()) return [];
  why.push(...(await refused(fromHosts)));
  if (await isMended()) return [];
  return [...why, await lost(bad, release, blobs)];
}

async function lost(bad: readonly Content[], { app, version }: Release, blobs: BlobStore): Promise<string> {
  const whole = new Set(await wholeOf(bad, blobs));
  const [first, ...more] = bad.filter((content) => !whole.has(content));
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return (
    `What is damaged of ${app} ${version} (${blobs.path(first?.sha256 ?? '')}${others}) is on no other coordinator that ` +
    `answers, and on no host that has the release. Push the release again: coordinator release push DIR --version ${version}.`
  );
}

async function wholeOf(contents: readonly Content[], blobs: BlobStore): Promise<readonly Content[]> {
  const whole: Content[] = [];
  for (const content of contents) if (await blobs.isWhole(content.sha256)) whole.push(content);
  return whole;
}

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

async function refused(act: () => Promise<void>): Promise<readonly string[]> {
  try {
    await act();
    return [];
  } catch (error) {
    if (!(error instanceof OutriderError)) throw error;
    // What it says itself is said once, at the end; why it was so is not.
    return [error.cause instanceof OutriderError ? error.cause.message : error.message];
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
