/** Tells a coordinator what a release is made of, by what is new in its manifest; it tells what it lacks. */
import { unpackChunks } from '@outrider/shared/release/chunk-list.js';
import { patchOf } from '@outrider/shared/release/patch.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { sendManifest } from '@outrider/shared/rpc/manifest-message.js';
import { timeLimit } from '../connection.js';
import type { Globals } from '../globals.js';

/** It may have thousands of contents to look for. */
const LOOK_WITHIN_MS = 120_000;

/** What has to travel. */
export interface Wanted {
  /** sha256 of contents. */
  readonly missing: readonly string[];
  /** Of large ones, a content that is there and is likely to be much the same. */
  readonly bases: ReadonlyMap<string, string>;
  /** It understands more than whole contents, each in messages of its own. */
  readonly packed: boolean;
}

/** `manifest`: canonical JSON. */
export async function offerManifest(
  globals: Globals,
  remote: CoordinatorRemote,
  { app, manifest }: { readonly app: string; readonly manifest: Uint8Array },
): Promise<Wanted> {
  const { digest, chunks } = await remote.ManifestChunks({ app }, timeLimit(globals));
  const patch = digest === '' ? undefined : patchOf(digest, unpackChunks(chunks), manifest);
  const limit = { timeoutMs: globals.timeoutMs ?? LOOK_WITHIN_MS };
  const answer = await sendManifest((message) => remote.OfferRelease(message, limit), { app, manifest, patch });
  const bases = new Map(answer.bases.map(({ sha256, base }) => [sha256, base]));
  return { missing: answer.sha256, bases, packed: answer.packed };
}
