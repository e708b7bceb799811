/** Manifests and host specs on disk: proven by their digests when they come in and when they are read again. */
import { readFileSync } from 'node:fs';
import { isDigest, isVersion } from '@outrider/shared/domain/name.js';
import type { HostSpec, Manifest, ReleaseRef } from '@outrider/shared/domain/release.js';
import { readAccepted, readManifest } from '@outrider/shared/release/manifest.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { writeDurably } from '@outrider/shared/runtime/durable-file.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { ReleaseDocuments } from '../supervise/ports.js';
import { diskProblem } from '@outrider/shared/release/store/disk.js';
import { parseSpec } from './host-spec.js';
import type { Layout } from './layout.js';

/** Nothing is kept unless both documents are what the reference says and fit each other. */
export function acceptDocuments(layout: Layout, documents: ReleaseDocuments): HostSpec {
  const { spec } = readDocuments(documents);
  keep(layout.manifest(spec.app, documents.release.digest), documents.manifest);
  keep(layout.spec(spec.app, documents.release.specDigest), documents.hostSpec);
  return spec;
}

/** @throws OutriderError('invalid') where they are not what the reference says, or don't fit each other. */
export function readDocuments({ release, manifest, hostSpec }: ReleaseDocuments): {
  readonly spec: HostSpec;
  readonly manifest: Manifest;
} {
  checkRef(release);
  checkDigest('manifest', manifest, release.digest);
  checkDigest('host spec', hostSpec, release.specDigest);
  const read = readManifest(manifest, release.digest);
  const { app } = read;
  const spec = parseSpec(hostSpec, 'The host spec');
  if (spec.app !== app || spec.version !== release.version || spec.digest !== release.digest) {
    throw new OutriderError(
      'invalid',
      `The host spec is of ${spec.app} ${spec.version}, the manifest is of ${app} and the command of ${release.version}.`,
    );
  }
  return { spec, manifest: read };
}

/** @throws OutriderError('not_found' | 'invalid') naming the file. */
export function loadManifest(layout: Layout, app: string, digest: string): Manifest {
  return readAccepted(loadProven(layout.manifest(app, digest), digest), digest);
}

/** @throws OutriderError('not_found' | 'invalid') naming the file. */
export function loadSpec(layout: Layout, app: string, specDigest: string): HostSpec {
  const path = layout.spec(app, specDigest);
  return parseSpec(loadProven(path, specDigest), path);
}

/** As it was accepted. @throws OutriderError('not_found' | 'invalid') naming the file. */
export const knownSpec = (layout: Layout, app: string, specDigest: string): Uint8Array =>
  loadProven(layout.spec(app, checkedDigest(specDigest)), specDigest);

/** As it was accepted. @throws OutriderError('not_found' | 'invalid') naming the file. */
export const knownManifest = (layout: Layout, app: string, digest: string): Uint8Array =>
  loadProven(layout.manifest(app, checkedDigest(digest)), digest);

function checkedDigest(text: string): string {
  if (isDigest(text)) return text;
  throw new OutriderError('invalid', `${JSON.stringify(text.slice(0, 80))} is no digest.`);
}

export function checkRef({ version, digest, specDigest }: ReleaseRef): void {
  if (!isVersion(version))
    throw new OutriderError('invalid', `${JSON.stringify(version.slice(0, 200))} is no version.`);
  for (const found of [digest, specDigest]) {
    if (!isDigest(found)) throw new OutriderError('invalid', `${JSON.stringify(found.slice(0, 80))} is no digest.`);
  }
}

/** Durably, unless it stands there. @throws DiskProblem */
export function keep(path: string, content: Uint8Array): void {
  try {
    if (Buffer.compare(readFileSync(path), content) === 0) return;
  } catch {
    // Not there yet, or not readable: it is written anew.
  }
  try {
    writeDurably(path, content, 0o644);
  } catch (error) {
    throw diskProblem(error, path);
  }
}

function loadProven(path: string, digest: string): Uint8Array {
  let content: Uint8Array;
  try {
    content = readFileSync(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new OutriderError(
      missing ? 'not_found' : 'invalid',
      missing
        ? `${path} is not there: this release was never staged here.`
        : `Cannot read ${path}: ${messageOf(error)}.`,
      { cause: error },
    );
  }
  if (sha256(content) === digest) return content;
  throw new OutriderError('invalid', `${path} is damaged. Stage its release again.`);
}

/** @throws OutriderError('invalid') */
export function checkDigest(what: string, content: Uint8Array, expected: string): void {
  const found = sha256(content);
  if (found !== expected) {
    throw new OutriderError('invalid', `The ${what} has the sha256 ${found}, and ${expected} was announced.`);
  }
}
