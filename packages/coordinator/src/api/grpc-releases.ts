/** outrider.v1.Coordinator: releases and their contents. */
import { randomUUID } from 'node:crypto';
import type { Release } from '@outrider/shared/domain/release.js';
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import { writeRelease } from '@outrider/shared/rpc/codec.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { MOST_DIGESTS } from '@outrider/shared/release/transfer/serving.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { line, optionalName, refuse, versionOrWord, who } from './fields.js';
import type { Inside } from './inside.js';

type Methods = 'MissingBlobs' | 'PutBlobs' | 'Blobs' | 'ChunksOfBlobs' | 'PushRelease' | 'ListReleases' | 'ShowRelease';

export function releaseMethods(inside: Inside): Pick<Service<CoordinatorHandlers>, Methods> {
  const { contents, releases, publishing } = inside;
  return {
    MissingBlobs: async ({ sha256 }) => ({ sha256: await contents.missing(limited(sha256)), packed: true }),
    PutBlobs: async (pieces) => ({ stored: await contents.receive(pieces) }),
    Blobs: (ask, caller) => contents.send(ask, caller),
    ChunksOfBlobs: ({ sha256 }) => contents.chunks(sha256),
    PushRelease: async ({ version, manifest, by, message }) => {
      const { release, isNew } = await publishing.push({
        version,
        manifest,
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

async function findRelease({ releases }: Inside, app: string, version: string): Promise<Release> {
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
