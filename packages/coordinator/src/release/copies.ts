/**
 * Keeps the contents of every release on every coordinator, so that whoever leads next can stage them: what another was
 * given is fetched from it, soon after the push in the background, and at once where somebody asks for it.
 */
import type { AppSpec } from '@outrider/shared/domain/agent.js';
import { basesFor } from '@outrider/shared/domain/bases.js';
import type { Manifest, Release } from '@outrider/shared/domain/release.js';
import { readAccepted } from '@outrider/shared/release/manifest.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Releases } from '../engine/ports.js';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { DiskProblem } from '@outrider/shared/release/store/disk.js';
import { WrongContent } from '@outrider/shared/release/store/incoming-blob.js';
import { receiveAll } from '@outrider/shared/release/transfer/receiving.js';
import type { ReleaseCatalog } from './catalog.js';

export interface CopiesOptions {
  readonly catalog: ReleaseCatalog;
  readonly blobs: BlobStore;
  readonly clock: Pick<Clock, 'after'>;
  /** `HOST:PORT`s of the other coordinators, likeliest first. Rejects while Redis is away. */
  readonly others: () => Promise<readonly string[]>;
  readonly connect: (endpoint: string) => CoordinatorRemote;
  /** Told what people should know: a sentence, once. */
  readonly notice: (sentence: string) => void;
}

const EVERY_MS = 2_000;
const CONNECT_WITHIN_MS = 2_000;
/** Contents asked for at once. */
const PAGE = 2_000;
/** Releases whose contents may be what new ones were made from. */
const BEFORE = 3;

export class ReleaseCopies implements Releases {
  /** Digests of releases whose contents are all here. */
  private readonly whole = new Set<string>();
  private readonly fetching = new Map<string, Promise<void>>();
  private learning: Promise<void> | undefined;
  private cancel: () => void = () => undefined;
  private closed = false;
  private lastNotice = '';

  constructor(private readonly options: CopiesOptions) {}

  /** Looks for what is missing from now on, again and again. */
  start(): void {
    void this.copyAll().finally(() => {
      if (!this.closed) this.cancel = this.options.clock.after(EVERY_MS, () => this.start());
    });
  }

  close(): void {
    this.closed = true;
    this.cancel();
  }

  /** Contents have gone: what was whole may not be any longer. */
  lookAgain(): void {
    this.whole.clear();
  }

  async find(app: string, version: string): Promise<Release | undefined> {
    await this.learn();
    return this.options.catalog.find(app, version);
  }

  async list(app?: string): Promise<readonly Release[]> {
    await this.learn();
    return this.options.catalog.list(app);
  }

  /** Once this has resolved, hosts can be given all of the release. */
  manifest(digest: string): Promise<{ readonly manifest: Manifest; readonly bytes: Uint8Array }> {
    return this.read(digest, (catalog) => catalog.manifest(digest));
  }

  spec(digest: string): Promise<AppSpec> {
    return this.read(digest, (catalog) => catalog.spec(digest));
  }

  agentsText(digest: string): Promise<string> {
    return this.read(digest, (catalog) => catalog.agentsText(digest));
  }

  /** What was here when we looked last, and is lost or damaged by now, is fetched once more. */
  private async read<T>(digest: string, act: (catalog: ReleaseCatalog) => Promise<T>): Promise<T> {
    const { catalog } = this.options;
    await this.fetch(digest);
    try {
      return await act(catalog);
    } catch (error) {
      if (!(error instanceof OutriderError) || error.code === 'invalid') throw error;
      // Who reads it says best what nobody else has.
      await this.again(digest).catch(() => undefined);
      return act(catalog);
    }
  }

  /** Looks for what is missing once more, though all of it was here. */
  again(digest: string): Promise<void> {
    this.whole.delete(digest);
    return this.fetch(digest);
  }

  /** What is known already does while Redis is away. */
  private learn(): Promise<void> {
    this.learning ??= this.options.catalog
      .learn()
      .catch(() => undefined)
      .finally(() => (this.learning = undefined));
    return this.learning;
  }

  private async copyAll(): Promise<void> {
    await this.learn();
    if ((await this.others()).length === 0) return;
    for (const { app, version, digest } of await this.options.catalog.list()) {
      if (this.closed) return;
      await this.fetch(digest).catch((error: unknown) => {
        const sentence = `${app} ${version} is not copied yet: ${messageOf(error)}`;
        if (sentence !== this.lastNotice) this.options.notice(sentence);
        this.lastNotice = sentence;
      });
    }
  }

  private fetch(digest: string): Promise<void> {
    if (this.whole.has(digest)) return Promise.resolve();
    const under = this.fetching.get(digest);
    if (under !== undefined) return under;
    const fetching = this.fetchNow(digest).finally(() => this.fetching.delete(digest));
    this.fetching.set(digest, fetching);
    return fetching;
  }

  /** One that nobody else could have is looked for here alone; what is missing then is said by whoever reads it. */
  private async fetchNow(digest: string): Promise<void> {
    const others = await this.others();
    if (others.length === 0) return;
    let last: unknown;
    if ((await this.missing(digest)).length > 0) {
      for (const endpoint of others) {
        try {
          await this.fetchFrom(endpoint, digest);
          break;
        } catch (error) {
          if (!(error instanceof OutriderError)) throw error;
          last = error;
        }
      }
      if ((await this.missing(digest)).length > 0) throw nowhere(others, last);
    }
    this.whole.add(digest);
  }

  private async fetchFrom(endpoint: string, digest: string): Promise<void> {
    const { connect } = this.options;
    const remote = connect(endpoint);
    try {
      await remote.connected(CONNECT_WITHIN_MS);
      const suspects = new Set<string>();
      // The manifest first: it names the others.
      for (let missing = await this.missing(digest); missing.length > 0; missing = await this.missing(digest)) {
        await this.ask(remote, digest, missing.slice(0, PAGE), suspects);
      }
    } finally {
      remote.close();
    }
  }

  /** What comes otherwise than it should is asked for once more: whole, and looked at there before. */
  private async ask(
    remote: CoordinatorRemote,
    digest: string,
    wanted: readonly string[],
    suspects: Set<string>,
  ): Promise<void> {
    const bases = suspects.size > 0 ? [] : await this.basesOf(digest, wanted);
    const ask = { sha256: [...wanted], bases, packed: true, suspects: [...suspects] };
    try {
      if ((await receiveAll(this.options.blobs, remote.Blobs(ask, { beside: true }))) > 0) return;
    } catch (error) {
      if (!(error instanceof WrongContent) || suspects.has(error.sha256)) throw error;
      suspects.add(error.sha256);
      return;
    }
    throw new OutriderError('unavailable', `${remote.endpoint} gave nothing.`);
  }

  /** Of the releases before it. */
  private async basesOf(digest: string, wanted: readonly string[]): Promise<{ sha256: string; base: string }[]> {
    const { blobs, catalog } = this.options;
    if (wanted.includes(digest)) return [];
    const { manifest } = await catalog.manifest(digest);
    const before = (await catalog.list(manifest.app)).filter((release) => release.digest !== digest).slice(-BEFORE);
    const known = await Promise.all(before.reverse().map((one) => catalog.manifest(one.digest).catch(() => undefined)));
    const older = known.flatMap((one) => one?.manifest ?? []);
    const found = [...basesFor(new Set(wanted), manifest, older)].map(([sha256, base]) => ({ sha256, base }));
    const missing = new Set(await blobs.missing(found.map(({ base }) => base)));
    return found.filter(({ base }) => !missing.has(base));
  }

  private others(): Promise<readonly string[]> {
    return this.options.others().catch(() => []);
  }

  private async missing(digest: string): Promise<readonly string[]> {
    const { blobs } = this.options;
    if ((await blobs.size(digest)) === undefined) return [digest];
    const stored = await blobs.readWhole(digest).catch(takenOut);
    if (stored === undefined) return [digest];
    const { entries } = readAccepted(stored);
    return blobs.missing(entries.flatMap((entry) => (entry.kind === 'file' ? [entry.sha256] : [])));
  }
}

/** It was damaged, and is not there any more. */
function takenOut(error: unknown): undefined {
  if (!(error instanceof OutriderError) || error instanceof DiskProblem) throw error;
  return undefined;
}

const nowhere = (others: readonly string[], cause: unknown): OutriderError =>
  new OutriderError(
    'unavailable',
    `Some of its contents are not here, and no other coordinator gives them (asked: ${others.join(', ')}). ` +
      'Start the one it was pushed to, fetch it from hosts that have it (coordinator release verify), or push it again. ' +
      messageOf(cause),
    { cause },
  );
