/** For tests: the releases of a coordinator on a disk of its own, without the rest of it. */
import { join } from 'node:path';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { byPath, manifestBytes } from '@outrider/shared/release/manifest.js';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { ReleaseCatalog } from '../release/catalog.js';

export interface Shelf {
  readonly catalog: ReleaseCatalog;
  readonly blobs: BlobStore;
  /** Stores the files and names them; with an agents.yaml. */
  push(
    version: string,
    files?: Readonly<Record<string, string>>,
    by?: string,
    app?: string,
  ): ReturnType<ReleaseCatalog['push']>;
  /** The same disk, as a new process finds it. */
  again(): Shelf;
}

const AGENTS = 'app: app\nagents:\n  web:\n    command: [sleep, "60"]\n';

export function shelf(folder: string, redis: RedisClient, now: () => number): Shelf {
  const blobs = new BlobStore(join(folder, 'blobs'));
  const catalog = new ReleaseCatalog({
    ...{ folder, blobs, redis, environment: 'test', compile: agentsFromYaml, now },
    history: async () => [],
  });
  return {
    ...{ catalog, blobs },
    push: async (version, files = {}, by = 'ann', app = 'app') => {
      const all = Object.entries({ 'agents.yaml': AGENTS, ...files });
      for (const [, content] of all) await blobs.put(sha256(content), Buffer.from(content));
      const entries = all.map(([path, content]): ManifestEntry => ({
        ...{ kind: 'file', path, mode: 0o644, size: Buffer.byteLength(content), sha256: sha256(content) },
      }));
      return catalog.push({ version, manifest: manifestBytes({ app, entries: entries.sort(byPath) }), by });
    },
    again: () => shelf(folder, redis, now),
  };
}
