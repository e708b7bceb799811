/** The manifests that were read last. Each stands for its bytes, so that one that is known need not be read again. */
import type { Manifest } from '../domain/release.js';

/** `accepted`: by older rules, which let more through. */
export type Origin = 'sent' | 'accepted';

/** What is read in one rollout: the new one, and the one before. */
const MOST = 2;
/** Entries of all together; some 300 bytes each. */
const MOST_ENTRIES = 100_000;

interface Known {
  readonly origin: Origin;
  readonly manifest: Manifest;
}

export class RecentManifests {
  /** By digest, the one that was asked for last at the end. */
  private readonly known = new Map<string, Known>();

  get(digest: string, origin: Origin): Manifest | undefined {
    const found = this.known.get(digest);
    if (found === undefined || (origin === 'sent' && found.origin === 'accepted')) return undefined;
    this.known.delete(digest);
    this.known.set(digest, found);
    return found.manifest;
  }

  add(digest: string, origin: Origin, manifest: Manifest): void {
    this.known.delete(digest);
    if (manifest.entries.length > MOST_ENTRIES) return;
    this.known.set(digest, { origin, manifest });
    for (const oldest of this.known.keys()) {
      const entries = [...this.known.values()].reduce((sum, one) => sum + one.manifest.entries.length, 0);
      if (this.known.size <= MOST && entries <= MOST_ENTRIES) return;
      this.known.delete(oldest);
    }
  }
}
