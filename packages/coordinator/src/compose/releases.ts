/** Puts together what a coordinator does with releases: contents, names, copies of the others'. */
import { join } from 'node:path';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { CoordinatorConfig } from '../config.js';
import { ReleaseCatalog } from '../release/catalog.js';
import { ReleaseCopies } from '../release/copies.js';
import type { ReleaseSignatures } from '../release/signatures.js';

export interface ReleasesOptions {
  readonly config: Pick<CoordinatorConfig, 'environment' | 'dataDir'>;
  readonly redis: RedisClient;
  readonly clock: Clock;
  readonly signatures: ReleaseSignatures;
  /** Rollouts of an app, newest first. Rejects while Redis is away. */
  readonly history: (app: string) => Promise<readonly Rollout[]>;
  /** As `ReleaseCopies` has them. */
  readonly others: () => Promise<readonly string[]>;
  readonly connect: (endpoint: string) => CoordinatorRemote;
  readonly notice: (sentence: string) => void;
}

export interface ReleaseParts {
  readonly blobs: BlobStore;
  readonly catalog: ReleaseCatalog;
  readonly copies: ReleaseCopies;
}

export function composeReleases(options: ReleasesOptions): ReleaseParts {
  const { config, redis, clock, signatures, history, others, connect, notice } = options;
  const { environment, dataDir } = config;
  const blobs = new BlobStore(join(dataDir, 'blobs'));
  const catalog = new ReleaseCatalog({
    ...{ folder: join(dataDir, 'releases'), blobs, redis, environment, compile: agentsFromYaml, history, signatures },
    now: () => clock.now(),
  });
  const copies = new ReleaseCopies({ catalog, blobs, clock, others, connect, notice });
  return { blobs, catalog, copies };
}
