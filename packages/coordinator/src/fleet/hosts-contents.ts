/**
 * Brings contents of a release back to this coordinator from hosts that have it. Nobody has to be trusted: a content is what
 * its sha256 says.
 */
import type { Release } from '@outrider/shared/domain/release.js';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { DiskProblem } from '@outrider/shared/release/store/disk.js';
import { WrongContent } from '@outrider/shared/release/store/incoming-blob.js';
import { BlobReceiver } from '@outrider/shared/release/transfer/receiving.js';
import { Silence } from '@outrider/shared/release/transfer/silence.js';
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { FleetHost } from '../engine/ports.js';
import { holdersOf } from './peers.js';

export interface HostsContentsOptions {
  readonly hosts: () => readonly FleetHost[];
  readonly remote: (host: string) => SidecarRemote | undefined;
  readonly blobs: BlobStore;
  readonly clock: Pick<Clock, 'after'>;
}

type Named = Pick<Release, 'app' | 'digest'>;

/** Contents asked for at once. */
const PAGE = 2_000;
const MANIFEST_MS = 30_000;
/** A host that sends nothing for so long is left for the next. */
const STALL_MS = 15_000;

export class HostsContents {
  constructor(private readonly options: HostsContentsOptions) {}

  /** Into the store, durably, where some host has it. */
  async manifest({ app, digest }: Named, signal: AbortSignal): Promise<void> {
    for (const remote of this.holders({ app, digest })) {
      try {
        const ask = { app, manifestDigest: digest };
        const { manifest } = await remote.KnownSpec(ask, { timeoutMs: MANIFEST_MS, signal });
        if (sha256(manifest) !== digest) continue;
        await this.options.blobs.put(digest, manifest);
        return;
      } catch (error) {
        nextUnlessFatal(error);
      }
    }
  }

  /** `wanted`: bytes by sha256. What hosts have of it is in the store afterwards, durably; the rest stays away. */
  async contents(release: Named, wanted: ReadonlyMap<string, number>, signal: AbortSignal): Promise<void> {
    const { blobs } = this.options;
    const letGo = blobs.hold(wanted.keys());
    try {
      for (const remote of this.holders(release)) {
        if ((await blobs.missing([...wanted.keys()])).length === 0) break;
        await this.from(remote, wanted, signal).catch(nextUnlessFatal);
      }
      await blobs.settle();
    } finally {
      letGo();
    }
  }

  private holders({ app, digest }: Named): readonly SidecarRemote[] {
    const { hosts, remote } = this.options;
    return holdersOf(hosts(), app, digest).flatMap(({ name }) => remote(name) ?? []);
  }

  /** For as long as something comes. */
  private async from(remote: SidecarRemote, wanted: ReadonlyMap<string, number>, signal: AbortSignal): Promise<void> {
    const suspects = new Set<string>();
    for (;;) {
      const missing = await this.options.blobs.missing([...wanted.keys()]);
      const left = missing.filter((one) => !suspects.has(one)).slice(0, PAGE);
      if (left.length === 0) return;
      try {
        if ((await this.ask(remote, left, wanted, signal)) === 0) return;
      } catch (error) {
        if (!(error instanceof WrongContent)) throw error;
        suspects.add(error.sha256);
      }
    }
  }

  private async ask(
    remote: SidecarRemote,
    left: readonly string[],
    wanted: ReadonlyMap<string, number>,
    signal: AbortSignal,
  ): Promise<number> {
    const { blobs: store, clock } = this.options;
    let came = 0;
    const asked = new Set(left);
    const sizeOf = (one: string): number | undefined => (asked.has(one) ? wanted.get(one) : undefined);
    const receiver = new BlobReceiver({ store, sizeOf, arrived: () => (came += 1) });
    const silence = new Silence(clock, STALL_MS);
    try {
      const ask = { sha256: [...left], packed: true };
      const limits = { signal: AbortSignal.any([signal, silence.signal]), beside: true };
      for await (const piece of remote.Blobs(ask, limits)) {
        silence.heard();
        await receiver.take(piece);
      }
      receiver.end();
      return came;
    } finally {
      silence.end();
      await receiver.abandon();
    }
  }
}

/** What our own disk refuses no other host would change. */
function nextUnlessFatal(error: unknown): void {
  if (!(error instanceof OutriderError) || error instanceof DiskProblem) throw error;
}
