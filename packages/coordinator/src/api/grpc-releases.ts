/** outrider.v1.Coordinator: releases and their contents. */
import { randomUUID } from 'node:crypto';
import { appOption } from '@outrider/shared/domain/app-option.js';
import { type Release, type ReleaseSource, SOURCE_KINDS } from '@outrider/shared/domain/release.js';
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import { packChunks } from '@outrider/shared/release/chunk-list.js';
import { documentChunks } from '@outrider/shared/release/patch.js';
import { receiveManifest } from '@outrider/shared/rpc/manifest-message.js';
import type { ReleaseSource__Output } from '@outrider/shared/gen/outrider/v1/ReleaseSource.js';
import { readReleaseSource, writeRelease } from '@outrider/shared/rpc/codec.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { line, oneOf, optionalName, refuse, versionOrWord, who } from './fields.js';
import type { Inside } from './inside.js';

const MOST_KEPT = 1_000_000;

type Contents = 'PutBlobs' | 'Blobs' | 'ChunksOfBlobs';
type Pushing = Contents | 'ManifestChunks' | 'OfferRelease' | 'PushRelease';
type Listing = 'ListReleases' | 'ShowRelease' | 'RemoveRelease' | 'TagRelease' | 'PruneReleases';
type Methods<M extends keyof Service<CoordinatorHandlers>> = Pick<Service<CoordinatorHandlers>, M>;

export const releaseMethods = (inside: Inside): Methods<Pushing | Listing> => ({
  ...pushing(inside),
  ...listing(inside),
});

function pushing(inside: Inside): Methods<Pushing> {
  const { contents, publishing, releases } = inside;
  return {
    PutBlobs: async (pieces) => ({ stored: await contents.receive(pieces) }),
    Blobs: (ask, caller) => contents.send(ask, caller),
    ChunksOfBlobs: ({ sha256 }) => contents.chunks(sha256),
    ManifestChunks: async ({ app }) => {
      const newest = await releases.find(optionalName('app', app), 'latest');
      if (newest === undefined) return {};
      try {
        const { bytes } = await releases.manifest(newest.digest);
        // Once this is answered. What is not there is told when it is asked for.
        setImmediate(() => void publishing.expectPush(newest.digest).catch(() => undefined));
        return { digest: newest.digest, chunks: packChunks(documentChunks(bytes)) };
      } catch (error) {
        // Lost or damaged here: then all of the new one travels, and brings it back where it is the same.
        if (error instanceof OutriderError) return {};
        throw error;
      }
    },
    OfferRelease: async (wire) => {
      const manifest = await receiveManifest(wire, async (_app, base) => (await releases.manifest(base)).bytes);
      const { missing, bases } = await publishing.offer(manifest);
      return { sha256: [...missing], bases: [...bases], packed: true };
    },
    PushRelease: async ({ version, manifest, manifestDigest, by, message, source }) => {
      const offered = manifest.length === 0 && manifestDigest !== '';
      const { release, isNew } = await publishing.push({
        version,
        manifest: offered ? (await releases.manifest(manifestDigest)).bytes : manifest,
        by: who(by),
        ...(message === undefined ? {} : { message: line('message', message) }),
        ...(source ? { source: sourceOf(source) } : {}),
      });
      const { digest, files, bytes } = release;
      if (isNew) await tell(inside, 'release.pushed', release, release.by, { digest, files, bytes });
      return writeRelease(release);
    },
  };
}

function listing(inside: Inside): Methods<Listing> {
  const { releases, publishing, keeping } = inside;
  const shown = async (release: Release) => writeRelease((await keeping.shown([release]))[0] ?? release);
  return {
    ListReleases: async ({ app }) => ({
      releases: (await keeping.shown(await releases.list(optionalName('app', app)))).map(writeRelease),
    }),
    ShowRelease: async ({ app, version }) => {
      const release = await findRelease(inside, optionalName('app', app), versionOrWord('version', version));
      const { bytes } = await releases.manifest(release.digest);
      return {
        release: await shown(release),
        manifest: Buffer.from(bytes),
        agentsYaml: await publishing.agentsText(release.digest),
      };
    },
    RemoveRelease: async ({ app, version, by }) => {
      const asked = versionOrWord('version', version);
      const { release, bytes } = await keeping.remove(await appNamed(inside, app), asked, who(by));
      return { release: writeRelease(release), bytes };
    },
    TagRelease: async ({ app, version, name, by }) => {
      const of = await appNamed(inside, app);
      const wanted = version === '' ? undefined : await findRelease(inside, of, versionOrWord('version', version));
      const from = await publishing.tag(of, name, wanted?.version ?? '', who(by));
      const release = wanted ?? (await findRelease(inside, of, from));
      const data = { tag: name, ...(wanted === undefined ? { removed: true } : from === '' ? {} : { from }) };
      if (from !== wanted?.version) await tell(inside, 'release.tagged', release, who(by), data);
      return shown(release);
    },
    PruneReleases: async ({ app, keep, dryRun, by }) => {
      if (keep !== undefined && (keep < 0 || keep > MOST_KEPT))
        refuse('keep', `expected is a number from 0 to ${MOST_KEPT}`);
      const ask = { app: optionalName('app', app), dryRun, by: who(by), ...(keep === undefined ? {} : { keep }) };
      const { removed, bytes, keep: kept } = await keeping.prune(ask);
      return { removed: removed.map(writeRelease), bytes, keep: kept };
    },
  };
}

/** What a command line says of where it has it from. */
function sourceOf(wire: ReleaseSource__Output): ReleaseSource {
  const { kind, ref, commit } = readReleaseSource(wire);
  return {
    kind: oneOf('source.kind', kind, SOURCE_KINDS),
    ...(ref === undefined ? {} : { ref: line('source.ref', ref) }),
    ...(commit === undefined ? {} : { commit: line('source.commit', commit) }),
  };
}

/** The history is written after the fact; that it cannot be written undoes nothing. */
async function tell(
  { events, environment, clock }: Inside,
  type: 'release.pushed' | 'release.tagged',
  { app, version, message }: Release,
  by: string,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  const at = rfc3339(clock.now());
  const data = { ...more, ...(message === undefined || type !== 'release.pushed' ? {} : { message }) };
  await events.append([{ id: randomUUID(), at, type, environment, app, version, by, data }]).catch(() => undefined);
}

async function appNamed({ releases }: Inside, asked: string): Promise<string> {
  const app = optionalName('app', asked);
  const apps = [...new Set((await releases.list()).map((release) => release.app))];
  if (app === '' && apps.length > 1) return refuse('app', `name one of ${apps.join(', ')}`);
  return app === '' ? (apps[0] ?? '') : app;
}

export async function findRelease(inside: Inside, app: string, version: string): Promise<Release> {
  const of = await appNamed(inside, app);
  const found = await inside.releases.find(of, version);
  if (found !== undefined) return found;
  const option = appOption(of, await inside.releases.list());
  throw new OutriderError(
    'not_found',
    `There is no release ${version}${app === '' ? '' : ` of ${app}`}. Releases: coordinator release ls${option}.`,
  );
}
