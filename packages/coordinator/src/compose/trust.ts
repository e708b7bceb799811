/** Puts together who has signed releases, what goes to hosts about it, and whether all is still as it was. */
import { join } from 'node:path';
import { resolveHostSpec } from '@outrider/shared/release/host-spec.js';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { reachableFrom } from '../addresses.js';
import type { Verifying } from '../api/ports.js';
import type { CoordinatorConfig } from '../config.js';
import { givenSpecs } from '../engine/given-specs.js';
import type { ResolveHostSpec } from '../engine/planner.js';
import type { LiveFleet } from '../fleet/live-fleet.js';
import type { ProofOf } from '../fleet/ports.js';
import { HostsContents } from '../fleet/hosts-contents.js';
import { verifyOnHost, type VerifyOnHostOptions } from '../fleet/verify-release.js';
import { type CheckOptions, checkRelease } from '../release/check.js';
import type { ReleaseCopies } from '../release/copies.js';
import { ReleaseProofs } from '../release/proofs.js';
import { ReleaseSignatures } from '../release/signatures.js';
import { RedisSpecs } from '../store/redis-specs.js';

export interface TrustOptions {
  readonly config: Pick<CoordinatorConfig, 'environment' | 'dataDir' | 'settings'>;
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
  const { environment, settings, dataDir } = config;
  const keys = fleetKeys(environment);
  const specs = new RedisSpecs(redis, keys);
  const resolve: ResolveHostSpec = (input) => resolveHostSpec({ ...input, environment, settings });
  const signatures = new ReleaseSignatures({
    ...{ folder: join(dataDir, 'signatures'), redis, keys },
    now: () => clock.now(),
  });
  const onHosts: VerifyOnHostOptions = {
    remote: (name) => later().fleet.remote(name),
    sources: (name) => reachableFrom(later().fleet.host(name)?.address ?? '', bound),
    manifest: async (digest) => (await later().copies.manifest(digest)).bytes,
    hostSpecs: (name, release) => givenSpecs(name, release, { ...later(), releases: later().copies, specs, resolve }),
    peers: (name, { app, digest }) => later().fleet.holders(name, app, digest),
  };
  const here = (): CheckOptions => {
    const { blobs, copies, fleet } = later();
    const asked = { hosts: () => fleet.hosts(), remote: (name: string) => fleet.remote(name) };
    return { blobs, copies, hosts: new HostsContents({ ...asked, blobs, clock }) };
  };
  return {
    signatures,
    proofOf: new ReleaseProofs(signatures, (digest) => later().copies.agentsText(digest)).of,
    verifying: {
      sign: (...asked) => signatures.add(...asked),
      here: (release, ...told) => checkRelease(release, here(), ...told),
      onHost: (host, release, signal) => verifyOnHost(host, release, onHosts, signal),
    },
  };
}
