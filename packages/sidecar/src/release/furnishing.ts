/** What a tree holds besides the entries of its manifest. The one place where a tree that was made gets more. */
import type { AgentRelease } from '@outrider/shared/domain/agent.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';

export interface Furnishing {
  /**
   * Paths in the tree that are its own: in one that stands, nothing at or below them is compared with the manifest, or
   * mended by it. A new tree has there what the manifest says, until it is furnished.
   */
  pathsOf(spec: HostSpec, release: AgentRelease): readonly string[];
  /**
   * Called whenever a tree has been made, mended or found to be whole, before anything is told of it. `root`: where it
   * stands, which for a new one is not yet where it will be used. Durable when it resolves; the same again changes
   * nothing. Rejects with an `OutriderError`: then the release is not staged.
   */
  furnish(spec: HostSpec, release: AgentRelease, root: string, signal: AbortSignal): Promise<void>;
}

export const UNFURNISHED: Furnishing = { pathsOf: () => [], furnish: () => Promise.resolve() };
