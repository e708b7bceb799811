/**
 * Owns which versions exist: records in data_dir/releases/APP/VERSION.json, and in Redis so that no second coordinator
 * gives a version another content. What a version stands for never changes; a release that was removed stands for it too.
 */
import { join } from 'node:path';
import { appOption } from '@outrider/shared/domain/app-option.js';
import type { AppSpec } from '@outrider/shared/domain/agent.js';
import { basesFor, DELTA_FROM_BYTES } from '@outrider/shared/domain/bases.js';
import { isVersion, VERSION_RULE } from '@outrider/shared/domain/name.js';
import type { Manifest, Release, ReleaseSource } from '@outrider/shared/domain/release.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { readAccepted, readManifest } from '@outrider/shared/release/manifest.js';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { Offered } from '../api/ports.js';
import type { Releases } from '../engine/ports.js';
import { type CompileAgents, readAgentsText, readAppSpec, type ReadContent } from './agents-file.js';
import { Ledger } from './ledger.js';
import { readNeeded } from './needed-content.js';
import { OfferedContents } from './offered-contents.js';
import { byPushTime, changedAt, chooseRecord, readRecord, type ReleaseRecord, sameContent } from './release-record.js';
import { Reserve } from './reserve.js';
import type { ReleaseSignatures } from './signatures.js';
import { checkTagName, Tags } from './tags.js';

export interface CatalogOptions {
  /** Has `releases` and `tags`. */
  readonly folder: string;
  readonly blobs: BlobStore;
  readonly redis: RedisClient;
  readonly environment: string;
  readonly compile: CompileAgents;
  readonly now: () => number;
  /** Who has signed which release; absent: nobody. */
  readonly signatures?: ReleaseSignatures;
  /** Rollouts of an app, newest first; what `good` and `previous` are read from. */
  readonly history: (app: string) => Promise<readonly Rollout[]>;
}

export interface PushAsk {
  readonly version: string;
  readonly manifest: Uint8Array;
  readonly by: string;
  readonly message?: string;
  readonly source?: ReleaseSource;
}

export class ReleaseCatalog implements Releases {
  private readonly records: Ledger<ReleaseRecord>;
  private readonly tags: Tags;
  private readonly specs = new Map<string, AppSpec>();
  private readonly offered: OfferedContents;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: CatalogOptions) {
    const { folder, redis, environment, now } = options;
    const keys = fleetKeys(environment);
    const reserve = new Reserve(join(folder, 'reserve'));
    this.records = new Ledger<ReleaseRecord>({
      ...{ folder: join(folder, 'releases'), redis, apps: keys.apps, key: keys.releases, what: 'record of a release' },
      ...{ read: readRecord, choose: chooseRecord, reserve },
    });
    this.offered = new OfferedContents(options.blobs);
    this.tags = new Tags({ folder: join(folder, 'tags'), redis, environment, now, reserve });
  }

  /** Puts into Redis what it does not have, be it new, emptied or set back. */
  async restoreRedis(): Promise<void> {
    await this.records.restoreRedis();
    await this.tags.restoreRedis();
    for (const app of this.apps()) await this.options.signatures?.restoreRedis(app);
  }

  /** Learns of what other coordinators were told; contents may be there alone. Rejects while Redis is away. */
  async learn(): Promise<void> {
    await this.records.learn();
    await this.tags.learn();
    for (const app of this.apps()) await this.options.signatures?.learn(app);
  }

  /** Somebody is about to push a release that is much like this one. */
  async expectPush(digest: string): Promise<void> {
    await this.offered.missing(filesOf((await this.manifest(digest)).manifest).map((file) => file.sha256));
  }

  /** Keeps a manifest that is to be named; tells what of it is not stored yet. @throws OutriderError('invalid') */
  async offer(bytes: Uint8Array): Promise<Offered> {
    const { blobs } = this.options;
    const digest = sha256(bytes);
    const manifest = readManifest(bytes, digest);
    await blobs.keep(digest, bytes);
    const files = filesOf(manifest);
    const missing = await this.offered.missing(files.map((file) => file.sha256));
    const newest = this.ofApp(manifest.app).at(-1);
    const lacking = new Set(missing);
    const isLarge = files.some((file) => file.size > DELTA_FROM_BYTES && lacking.has(file.sha256));
    if (newest === undefined || !isLarge) return { missing, bases: [] };
    const older = await this.manifest(newest.digest).catch(() => undefined);
    const bases = older === undefined ? [] : [...basesFor(lacking, manifest, [older.manifest])];
    const stored = await blobs.sizes(bases.map(([, base]) => base));
    return { missing, bases: bases.flatMap(([sha, base]) => (stored.has(base) ? [{ sha256: sha, base }] : [])) };
  }

  /** `isNew` false: the same content has this version already. */
  async push(ask: PushAsk): Promise<{ readonly release: Release; readonly isNew: boolean }> {
    const { release, isNew } = await this.inTurn(() => this.pushNow(ask));
    return { release: this.signed(release), isNew };
  }

  async find(app: string, word: string): Promise<Release | undefined> {
    const found = await this.named(app, word);
    return found === undefined ? undefined : this.signed(found);
  }

  private async named(app: string, word: string): Promise<Release | undefined> {
    switch (word) {
      case 'latest':
        return this.ofApp(app).at(-1);
      case 'good':
      case 'previous': {
        const good = (await this.options.history(app)).find((rollout) => rollout.phase === 'succeeded');
        const name = word === 'good' ? good?.version : good?.fromVersion;
        return name === undefined ? undefined : this.there(app, name);
      }
      default:
        return this.there(app, this.tags.versionOf(app, word) ?? word);
    }
  }

  async list(app?: string): Promise<readonly Release[]> {
    return this.ofApp(app === '' ? undefined : app).map((release) => this.signed(release));
  }

  private signed(release: Release): Release {
    return this.options.signatures?.signed(release) ?? release;
  }

  private apps(): ReadonlySet<string> {
    return new Set(this.ofApp(undefined).map(({ app }) => app));
  }

  /** The version itself: no tag, no word. */
  version(app: string, version: string): Release | undefined {
    return this.there(app, version);
  }

  tagsOf(app: string, version: string): readonly string[] {
    return this.tags.of(app, version);
  }

  /** `version` '': takes the tag away. Returns where it stood before ('': nowhere). */
  tag(app: string, name: string, version: string, by: string): Promise<string> {
    return this.inTurn(async () => {
      const owner = this.records.get(app, checkTagName(name));
      if (owner !== undefined && version !== '') {
        throw new OutriderError('refused', `${name} is a version of ${app}, and no tag can be called so.`);
      }
      if (version === '' && this.tags.versionOf(app, name) === undefined) {
        const of = appOption(app, this.ofApp(undefined));
        throw new OutriderError('not_found', `There is no tag ${name} of ${app}. Tags: coordinator release ls${of}.`);
      }
      return this.tags.move(app, name, version, by);
    });
  }

  /** Its version stays taken. False: somebody has changed it in the meantime. */
  remove(release: Release, by: string): Promise<boolean> {
    return this.inTurn(async () => {
      const { app, version } = release;
      const record = this.records.get(app, version);
      if (record === undefined || record.removed !== undefined || record.pushedAt !== release.pushedAt) return false;
      const at = rfc3339(Math.max(this.options.now(), Date.parse(record.pushedAt) + 1));
      const removed: ReleaseRecord = { ...record, removed: { at, by } };
      const isGone = (await this.records.put(app, version, record, removed)) === removed;
      if (isGone) this.specs.delete(record.digest);
      return isGone;
    });
  }

  /** Undoes `remove`. */
  bringBack(release: Release): Promise<void> {
    return this.inTurn(async () => {
      const record = this.records.get(release.app, release.version);
      if (record?.removed === undefined) return;
      const { removed, ...rest } = record;
      const pushedAt = rfc3339(Date.parse(removed.at) + 1);
      await this.records.put(release.app, release.version, record, { ...rest, pushedAt });
    });
  }

  /** Nothing is pushed, tagged or removed meanwhile. */
  inTurn<R>(act: () => Promise<R>): Promise<R> {
    const turn = this.turn.then(act);
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  async manifest(digest: string): Promise<{ readonly manifest: Manifest; readonly bytes: Uint8Array }> {
    const bytes = await this.reader(digest)(digest, 'The manifest');
    return { manifest: readAccepted(bytes, digest), bytes };
  }

  /** The text of a release's agents.yaml. */
  async agentsText(digest: string): Promise<string> {
    return readAgentsText((await this.manifest(digest)).manifest, this.reader(digest));
  }

  async spec(digest: string): Promise<AppSpec> {
    const known = this.specs.get(digest);
    if (known !== undefined) return known;
    const { manifest } = await this.manifest(digest);
    const spec = await readAppSpec(manifest, this.reader(digest), this.options.compile);
    this.specs.set(digest, spec);
    return spec;
  }

  private reader(digest: string): ReadContent {
    const named = () => this.ofApp(undefined).filter((release) => release.digest === digest);
    return (sha256, what) => readNeeded(this.options.blobs, sha256, what, named);
  }

  private async pushNow(ask: PushAsk): Promise<{ readonly release: Release; readonly isNew: boolean }> {
    const { manifest, digest } = this.checked(ask);
    const { app } = manifest;
    const known = this.records.get(app, ask.version);
    if (known !== undefined) sameContent(known, digest);
    const files = await this.checkBlobs(manifest);
    if (known !== undefined && known.removed === undefined) {
      // What was damaged or lost on disk comes back with the same push.
      await this.options.blobs.put(digest, ask.manifest);
      return { release: known, isNew: false };
    }
    if (this.tags.versionOf(app, ask.version) !== undefined) {
      throw new OutriderError('refused', `${ask.version} is a tag of ${app}, and no version can be called so.`);
    }
    const spec = await readAppSpec(manifest, this.reader(digest), this.options.compile);
    await this.options.blobs.put(digest, ask.manifest);
    const after = known === undefined ? 0 : Date.parse(changedAt(known)) + 1;
    const asked: ReleaseRecord = {
      ...{ app, version: ask.version, digest, ...files, by: ask.by },
      pushedAt: rfc3339(Math.max(this.options.now(), after)),
      ...(ask.message === undefined ? {} : { message: ask.message }),
      ...(ask.source === undefined ? {} : { source: ask.source }),
    };
    // Redis decides who was first; the record that stands there is the release.
    const release = sameContent(await this.records.put(app, ask.version, known, asked), digest);
    if (release.removed !== undefined) return this.pushNow(ask);
    this.specs.set(digest, spec);
    return { release, isNew: true };
  }

  private checked(ask: PushAsk): { readonly manifest: Manifest; readonly digest: string } {
    if (!isVersion(ask.version)) {
      throw new OutriderError('invalid', `version: ${JSON.stringify(ask.version)} must be ${VERSION_RULE}.`);
    }
    const digest = sha256(ask.manifest);
    return { manifest: readManifest(ask.manifest, digest), digest };
  }

  /** Every content is here and as long as the manifest says. */
  private async checkBlobs(manifest: Manifest): Promise<{ readonly files: number; readonly bytes: number }> {
    let files = 0;
    let bytes = 0;
    const entries = filesOf(manifest);
    const sizes = await this.offered.sizes(entries.map(({ sha256 }) => sha256));
    for (const entry of entries) {
      const size = sizes.get(entry.sha256);
      if (size === undefined) {
        throw new OutriderError('invalid', `The content of ${entry.path} (${entry.sha256}) was not sent yet.`);
      }
      if (size !== entry.size) {
        // Throws where it is the disk that is wrong; the damaged content is taken out then.
        let found = 0;
        for await (const piece of this.options.blobs.read(entry.sha256)) found += piece.data.length;
        throw new OutriderError('invalid', `${entry.path} has ${found} bytes; the manifest says ${entry.size}.`);
      }
      files += 1;
      bytes += size;
    }
    return { files, bytes };
  }

  private there(app: string, version: string): Release | undefined {
    const record = this.records.get(app, version);
    return record?.removed === undefined ? record : undefined;
  }

  private ofApp(app: string | undefined): readonly Release[] {
    return this.records
      .all(app)
      .filter(({ removed }) => removed === undefined)
      .sort(byPushTime);
  }
}

const filesOf = ({ entries }: Manifest) => entries.filter((entry) => entry.kind === 'file');
