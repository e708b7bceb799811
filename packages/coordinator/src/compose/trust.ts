/** Puts together who has signed releases, what goes to hosts about it, and whether all is still as it was. */
import { join } from 'node:path';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { reachableFrom } from '../addresses.js';
import type { Verifying } from '../api/ports.js';
import type { CoordinatorConfig } from '../config.js';
import type { LiveFleet } from '../fleet/live-fleet.js';
import type { ProofOf } from '../fleet/ports.js';
import { verifyOnHost } from '../fleet/verify-release.js';
import { checkRelease } from '../release/check.js';
import type { ReleaseCopies } from '../release/copies.js';
import { ReleaseProofs } from '../release/proofs.js';
import { ReleaseSignatures } from '../release/signatures.js';

export interface TrustOptions {
  readonly config: Pick<CoordinatorConfig, 'environment' | 'dataDir'>;
  readonly redis: RedisClient;
  readonly clock: Clock;
  /** Where our gRPC is bound; known later. */
  readonly bound: readonly string[];
  /** What is made after this. */
  readonly later: () => { readonly blobs: BlobStore; readonly copies: ReleaseCopies; readonly fleet: LiveFleet };
}

export interface TrustParts {
  readonly signatures: ReleaseSignatures;
  readonly proofOf: ProofOf;
  readonly verifying: Verifying;
}

export function composeTrust({ config, redis, clock, bound, later }: TrustOptions): TrustParts {
  const signatures = new ReleaseSignatures({
    ...{ folder: join(config.dataDir, 'signatures'), redis, keys: fleetKeys(config.environment) },
    now: () => clock.now(),
  });
  const onHosts = {
    remote: (name: string) => later().fleet.remote(name),
    sources: (name: string) => reachableFrom(later().fleet.host(name)?.address ?? '', bound),
    manifest: async (digest: string) => (await later().copies.manifest(digest)).bytes,
  };
  return {
    signatures,
    proofOf: new ReleaseProofs(signatures, (digest) => later().copies.agentsText(digest)).of,
    verifying: {
      sign: (...asked) => signatures.add(...asked),
      here: (release, ...told) => checkRelease(release, later(), ...told),
      onHost: (host, release, signal) => verifyOnHost(host, release, onHosts, signal),
    },
  };
}
