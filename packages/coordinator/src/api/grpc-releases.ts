/** outrider.v1.Coordinator: releases and their contents. */
import { randomUUID } from 'node:crypto';
import type { Release } from '@outrider/shared/domain/release.js';
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import { packChunks } from '@outrider/shared/release/chunk-list.js';
import { documentChunks } from '@outrider/shared/release/patch.js';
import { writeRelease } from '@outrider/shared/rpc/codec.js';
import { receiveManifest } from '@outrider/shared/rpc/manifest-message.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { line, optionalName, refuse, versionOrWord, who } from './fields.js';
import type { Inside } from './inside.js';

/** More than a release of this many contents is asked for in parts. */
const MOST_DIGESTS = 100_000;

type Contents = 'MissingBlobs' | 'PutBlobs' | 'Blobs';
type Methods = Contents | 'ManifestChunks' | 'OfferRelease' | 'PushRelease' | 'ListReleases' | 'ShowRelease';

export function releaseMethods(inside: Inside): Pick<Service<CoordinatorHandlers>, Methods> {
  const { blobs, releases, publishing } = inside;
  return {
    MissingBlobs: async ({ sha256 }) => ({ sha256: await blobs.missing(limited(sha256)) }),
    PutBlobs: async (pieces) => ({ stored: await blobs.putAll(pieces) }),
    Blobs: async function* ({ sha256 }) {
      for (const digest of limited(sha256)) {
        for await (const piece of blobs.read(digest)) yield { ...piece, data: Buffer.from(piece.data) };
      }
    },
    ManifestChunks: async ({ app }) => {
      const newest = await releases.find(optionalName('app', app), 'latest');
      if (newest === undefined) return {};
      const { bytes } = await releases.manifest(newest.digest);
      return { digest: newest.digest, chunks: packChunks(documentChunks(bytes)) };
    },
    OfferRelease: async (wire) => {
      const manifest = await receiveManifest(wire, async (_app, base) => (await releases.manifest(base)).bytes);
      return { sha256: [...(await publishing.offer(manifest))] };
    },
    PushRelease: async ({ version, manifest, manifestDigest, by, message }) => {
      const offered = manifest.length === 0 && manifestDigest !== '';
      const { release, isNew } = await publishing.push({
        version,
        manifest: offered ? (await releases.manifest(manifestDigest)).bytes : manifest,
        by: who(by),
        ...(message === undefined ? {} : { message: line('message', message) }),
      });
      if (isNew) await tell(inside, release);
      return writeRelease(release);
    },
    ListReleases: async ({ app }) => ({ releases: (await releases.list(optionalName('app', app))).map(writeRelease) }),
    ShowRelease: async ({ app, version }) => {
      const release = await findRelease(inside, optionalName('app', app), versionOrWord('version', version));
      const { bytes } = await releases.manifest(release.digest);
      return {
        release: writeRelease(release),
        manifest: Buffer.from(bytes),
        agentsYaml: await publishing.agentsText(release.digest),
      };
    },
  };
}

const limited = (digests: readonly string[]): readonly string[] =>
  digests.length > MOST_DIGESTS ? refuse('sha256', `at most ${MOST_DIGESTS} at once, not ${digests.length}`) : digests;

/** The history is written after the fact; that it cannot be written undoes no release. */
async function tell({ events, environment, clock }: Inside, release: Release): Promise<void> {
  const { app, version, by, digest, files, bytes, message } = release;
  const at = rfc3339(clock.now());
  const data = { digest, files, bytes, ...(message === undefined ? {} : { message }) };
  await events
    .append([{ id: randomUUID(), at, type: 'release.pushed', environment, app, version, by, data }])
    .catch(() => undefined);
}

export async function findRelease({ releases }: Inside, app: string, version: string): Promise<Release> {
  const all = await releases.list();
  const apps = [...new Set(all.map((release) => release.app))];
  if (app === '' && apps.length > 1) return refuse('app', `name one of ${apps.join(', ')}`);
  const found = await releases.find(app === '' ? (apps[0] ?? '') : app, version);
  if (found !== undefined) return found;
  throw new OutriderError(
    'not_found',
    `There is no release ${version}${app === '' ? '' : ` of ${app}`}. Releases: coordinator release ls.`,
  );
}
