/** The part of the composition root that keeps releases: contents, records, signatures, and copies of what others have. */
import { join } from 'node:path';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { reachableFrom } from './addresses.js';
import type { Publishing, Verifying } from './api/ports.js';
import type { LiveFleet } from './fleet/live-fleet.js';
import type { ProofOf } from './fleet/ports.js';
import { verifyOnHost } from './fleet/verify-release.js';
import { type CatalogOptions, ReleaseCatalog } from './release/catalog.js';
import { checkRelease } from './release/check.js';
import { type CopiesOptions, ReleaseCopies } from './release/copies.js';
import { ReleaseProofs } from './release/proofs.js';
import { ReleaseSignatures } from './release/signatures.js';

interface ReleasesOptions extends Pick<CatalogOptions, 'history'>, Pick<CopiesOptions, 'others' | 'notice'> {
  readonly dataDir: string;
  readonly environment: string;
  readonly redis: RedisClient;
  readonly clock: Clock;
  readonly connect: (endpoint: string) => CoordinatorRemote;
  /** Where our gRPC is bound; known later. */
  readonly bound: readonly string[];
  /** Made later. */
  readonly fleet: () => LiveFleet;
}

export interface ReleaseParts {
  readonly blobs: BlobStore;
  readonly catalog: ReleaseCatalog;
  readonly copies: ReleaseCopies;
  readonly publishing: Publishing;
  readonly verifying: Verifying;
  readonly proofOf: ProofOf;
}

export function releasesOf(options: ReleasesOptions): ReleaseParts {
  const { dataDir, environment, redis, clock, connect, bound, fleet, history, others, notice } = options;
  const now = (): number => clock.now();
  const blobs = new BlobStore(join(dataDir, 'blobs'));
  const keys = fleetKeys(environment);
  const signatures = new ReleaseSignatures({ folder: join(dataDir, 'signatures'), redis, keys, now });
  const catalog = new ReleaseCatalog({
    ...{ folder: join(dataDir, 'releases'), blobs, redis, environment, compile: agentsFromYaml, now, signatures },
    history,
  });
  const copies = new ReleaseCopies({ catalog, blobs, clock, others, connect, notice });
  const onHosts = {
    remote: (name: string) => fleet().remote(name),
    sources: (name: string) => reachableFrom(fleet().host(name)?.address ?? '', bound),
    manifest: async (digest: string) => (await copies.manifest(digest)).bytes,
  };
  return {
    ...{ blobs, catalog, copies },
    publishing: {
      offer: (manifest) => catalog.offer(manifest),
      push: (ask) => catalog.push(ask),
      agentsText: (digest) => copies.agentsText(digest),
    },
    verifying: {
      sign: (...asked) => signatures.add(...asked),
      here: (release, ...told) => checkRelease(release, { blobs, copies }, ...told),
      onHost: (host, release, signal) => verifyOnHost(host, release, onHosts, signal),
    },
    proofOf: new ReleaseProofs(signatures, (digest) => copies.agentsText(digest)).of,
  };
}
