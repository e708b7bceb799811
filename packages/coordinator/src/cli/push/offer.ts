/** Tells a coordinator what a release is made of, by what is new in its manifest; it tells what it lacks. */
import { setImmediate } from 'node:timers/promises';
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

/** The newest release of the app, as a coordinator has it: what is offered is told by what is new in it. */
export type Newest = Awaited<ReturnType<CoordinatorRemote['ManifestChunks']>>;

export const newestOf = (
  globals: Globals,
  remote: CoordinatorRemote,
  app: string,
  limit: { readonly signal?: AbortSignal } = {},
): Promise<Newest> => remote.ManifestChunks({ app }, { ...timeLimit(globals), ...limit });

export interface Offer {
  readonly app: string;
  /** Canonical JSON. */
  readonly manifest: Uint8Array;
  readonly newest: Newest;
  /** Done while the coordinator looks for what it lacks. */
  readonly meanwhile: () => void;
}

export async function offerManifest(
  globals: Globals,
  remote: CoordinatorRemote,
  { app, manifest, newest: { digest, chunks }, meanwhile }: Offer,
): Promise<Wanted> {
  const patch = digest === '' ? undefined : patchOf(digest, unpackChunks(chunks), manifest);
  const limit = { timeoutMs: globals.timeoutMs ?? LOOK_WITHIN_MS };
  const offered = sendManifest((message) => remote.OfferRelease(message, limit), { app, manifest, patch });
  const [answer] = await Promise.all([offered, whenSent().then(meanwhile)]);
  const bases = new Map(answer.bases.map(({ sha256, base }) => [sha256, base]));
  return { missing: answer.sha256, bases, packed: answer.packed };
}

/** What was written just now has left. */
async function whenSent(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
}
