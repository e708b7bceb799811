/** Has a host read all that it has of a release again, over gRPC. */
import type { StagePeer } from '@outrider/shared/domain/host.js';
import type { Release } from '@outrider/shared/domain/release.js';
import type { VerifyResult } from '@outrider/shared/domain/release-check.js';
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import { readVerifyProgress } from '@outrider/shared/rpc/codec.js';
import { isUnknownCall } from '@outrider/shared/rpc/status.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Told } from '@outrider/shared/runtime/told-on-the-way.js';

export interface VerifyOnHostOptions {
  readonly remote: (host: string) => SidecarRemote | undefined;
  /** `HOST:PORT` of whoever serves blobs, as this host reaches them. */
  readonly sources: (host: string) => readonly string[];
  /** Canonical JSON. Rejects with `OutriderError` where it is nowhere: then the host's own has to do. */
  readonly manifest: (digest: string) => Promise<Uint8Array>;
  /** Canonical JSON: what this host was given to run of it, as far as that is known still. */
  readonly hostSpecs: (host: string, release: Release) => Promise<readonly string[]>;
  /** Other hosts that have it, as this one reaches them. */
  readonly peers: (host: string, release: Release) => readonly StagePeer[];
}

export async function* verifyOnHost(
  host: string,
  release: Release,
  { remote, sources, manifest, hostSpecs, peers }: VerifyOnHostOptions,
  signal: AbortSignal,
): AsyncGenerator<Told<VerifyResult>> {
  const sidecar = remote(host);
  if (sidecar === undefined) throw new OutriderError('not_found', `There is no host "${host}" in this environment.`);
  const { app, version, digest } = release;
  const request = {
    ...{ app, release: { version, digest, specDigest: '' }, sources: [...sources(host)] },
    manifest: Buffer.from(await manifest(digest).catch(noneOfOurs)),
    hostSpecs: (await hostSpecs(host, release)).map((text) => Buffer.from(text)),
    peers: [...peers(host, release)],
  };
  try {
    for await (const told of sidecar.Verify(request, { signal })) yield readVerifyProgress(told);
  } catch (error) {
    if (!isUnknownCall(error)) throw error;
    throw new OutriderError('refused', `The sidecar of ${host} is of a version that can't verify releases. Update it.`);
  }
}

function noneOfOurs(error: unknown): Uint8Array {
  if (error instanceof OutriderError) return new Uint8Array();
  throw error;
}
