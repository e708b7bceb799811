/** A manifest in a message: whole, or as a patch of one that the receiver has. */
import type { ManifestPatch as WireManifestPatch, ManifestPatch__Output } from '../gen/outrider/v1/ManifestPatch.js';
import { applyPatch, type Patch } from '../release/patch.js';
import { Turns } from '../release/transfer/turns.js';
import { OutriderError } from '../runtime/errors.js';
import { readPatchParts, writeManifestPatch } from './codec.js';

export type ManifestMessage = { readonly manifest: Buffer } | { readonly manifestPatch: WireManifestPatch };

/**
 * Sends the patch where there is one, and the whole where that is not understood: the receiver has lost what it builds
 * upon, or knows no patches.
 */
export async function sendManifest<T>(
  send: (message: ManifestMessage) => Promise<T>,
  { app, manifest, patch }: { readonly app: string; readonly manifest: Uint8Array; readonly patch: Patch | undefined },
): Promise<T> {
  if (patch !== undefined) {
    try {
      return await send({ manifestPatch: writeManifestPatch(app, patch) });
    } catch (error) {
      if (!(error instanceof OutriderError) || !NOT_UNDERSTOOD.has(error.code)) throw error;
    }
  }
  const turn = WHOLE.take();
  try {
    await turn.granted;
    return await send({ manifest: Buffer.from(manifest.buffer, manifest.byteOffset, manifest.byteLength) });
  } finally {
    turn.end();
  }
}

/** On its way, each takes several times its size of memory. */
const WHOLE = new Turns(4);

const NOT_UNDERSTOOD: ReadonlySet<string> = new Set(['not_found', 'invalid']);

/**
 * What was sent; not proven yet. `known`: a manifest by its app and digest.
 * @throws OutriderError('not_found') where there is no such manifest, ('invalid') where the patch fits none.
 */
export async function receiveManifest(
  wire: { readonly manifest: Buffer; readonly manifestPatch: ManifestPatch__Output | null },
  known: (app: string, digest: string) => Uint8Array | Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (wire.manifestPatch === null) return wire.manifest;
  const { app, base } = wire.manifestPatch;
  return applyPatch(await known(app, base), readPatchParts(wire.manifestPatch));
}
