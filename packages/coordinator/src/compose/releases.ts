/** Puts together what a coordinator does with releases: contents, names, copies of the others', and what is cleared away. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { Release } from '@outrider/shared/domain/release.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { type Clock, rfc3339 } from '@outrider/shared/runtime/clock.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { CoordinatorConfig } from '../config.js';
import type { Fleet } from '../engine/ports.js';
import { releasesInUse, unknownHosts } from '../engine/releases-in-use.js';
import type { Contents } from '../api/ports.js';
import { ReleaseCatalog } from '../release/catalog.js';
import { createContents } from '../release/contents.js';
import { ReleaseCopies } from '../release/copies.js';
import { ReleaseKeeping } from '../release/keeping.js';
import { Rounds } from '../release/rounds.js';
import type { ReleaseSignatures } from '../release/signatures.js';

export interface ReleasesOptions {
  readonly config: Pick<CoordinatorConfig, 'environment' | 'dataDir' | 'keepReleases'>;
  readonly redis: RedisClient;
  readonly clock: Clock;
  readonly fleet: () => Fleet;
  readonly signatures: ReleaseSignatures;
  /** Rollouts of an app, newest first. Rejects while Redis is away. */
  readonly history: (app: string) => Promise<readonly Rollout[]>;
  readonly leads: () => boolean;
  /** As `ReleaseCopies` has them. */
  readonly others: () => Promise<readonly string[]>;
  readonly connect: (endpoint: string) => CoordinatorRemote;
  readonly tell: (event: OutriderEvent) => Promise<void>;
  readonly notice: (sentence: string) => void;
}

export interface ReleaseParts {
  readonly blobs: BlobStore;
  readonly contents: Contents;
  readonly catalog: ReleaseCatalog;
  readonly copies: ReleaseCopies;
  readonly keeping: ReleaseKeeping;
  readonly rounds: Rounds;
}

/** Who takes releases away where no person does, for the history. */
const BY_ITSELF = 'keep_releases';

export function composeReleases(options: ReleasesOptions): ReleaseParts {
  const { config, redis, clock, signatures, fleet, history, others, connect, notice } = options;
  const { environment, dataDir, keepReleases: keep } = config;
  const blobs = new BlobStore(join(dataDir, 'blobs'));
  const catalog = new ReleaseCatalog({
    ...{ folder: dataDir, blobs, redis, environment, compile: agentsFromYaml, history, signatures },
    now: () => clock.now(),
  });
  const copies = new ReleaseCopies({ catalog, blobs, clock, others, connect, notice });
  const keeping = new ReleaseKeeping({
    ...{ catalog, keep },
    inUse: async (app) => releasesInUse(app, fleet().hosts(), await history(app)),
    removed: (release, by) => {
      void options.tell(removedEvent(environment, clock, release, by)).catch(() => undefined);
      rounds.hasRemoved();
    },
  });
  const prune = async (): Promise<void> => {
    // Somebody who knew less may have put an earlier state there.
    await catalog.restoreRedis();
    if (!options.leads()) return;
    for (const app of new Set((await catalog.list()).map((release) => release.app))) {
      // An emptied Redis, and hosts that were not heard yet: whatever they run must not go.
      if (unknownHosts(fleet().hosts(), await history(app)).length > 0) continue;
      await keeping.prune({ app, dryRun: false, spareNewer: true, by: BY_ITSELF });
    }
  };
  const rounds = new Rounds({ catalog, blobs, clock, prune, collected: () => copies.lookAgain(), notice });
  return { blobs, contents: createContents({ blobs, clock }), catalog, copies, keeping, rounds };
}

const removedEvent = (environment: string, clock: Clock, release: Release, by: string): OutriderEvent => {
  const { app, version, digest, bytes } = release;
  const at = rfc3339(clock.now());
  return { id: randomUUID(), at, type: 'release.removed', environment, app, version, by, data: { digest, bytes } };
};
