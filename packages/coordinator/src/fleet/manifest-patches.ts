/** What of a manifest a host lacks, given what it runs. Kept for a while: most hosts run the same. */
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { documentChunks, type Patch, patchOf } from '@outrider/shared/release/patch.js';

/** Bytes of a manifest that is stored here. Rejects where it is not. */
export type LoadManifest = (digest: string) => Promise<Uint8Array>;

/** Pairs of what hosts run and what they are to run. */
const KEPT = 16;

export class ManifestPatches {
  private readonly patches = new Map<string, Promise<Patch | undefined>>();

  constructor(private readonly load: LoadManifest) {}

  /** Undefined: the whole is to be sent. */
  async of(
    app: string,
    status: HostStatus | undefined,
    { digest, manifest }: { readonly digest: string; readonly manifest: Uint8Array },
  ): Promise<Patch | undefined> {
    const base = status?.apps.find((one) => one.app === app)?.active?.digest;
    if (base === undefined) return undefined;
    const key = `${base}/${digest}`;
    const known = this.patches.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.patches.keys();
    if (this.patches.size >= KEPT && oldest !== undefined) this.patches.delete(oldest);
    const patch = this.load(base).then(
      (older) => patchOf(base, documentChunks(older), manifest),
      () => undefined,
    );
    this.patches.set(key, patch);
    return patch;
  }
}
