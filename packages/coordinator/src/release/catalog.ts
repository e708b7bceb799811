/**
 * Owns which versions exist: records in data_dir/releases/APP/VERSION.json, and in Redis so that no second
 * coordinator gives a version another content. A record never changes once it was answered.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppSpec } from '@outrider/shared/domain/agent.js';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import { isDigest, isName, isVersion, VERSION_RULE } from '@outrider/shared/domain/name.js';
import type { Manifest, Release } from '@outrider/shared/domain/release.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { readAccepted, readManifest } from '@outrider/shared/release/manifest.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { writeDurably } from '@outrider/shared/runtime/durable-file.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { type FleetKeys, fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { Releases } from '../engine/ports.js';
import { type CompileAgents, readAgentsText, readAppSpec } from './agents-file.js';
import type { ReleaseSignatures } from './signatures.js';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';

export interface CatalogOptions {
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
}

export class ReleaseCatalog implements Releases {
  /** By app, then by version, in the order of the pushes, wherever they were. */
  private readonly releases = new Map<string, Map<string, Release>>();
  private readonly specs = new Map<string, AppSpec>();
  private pushing: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: CatalogOptions) {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    const found = readdirSync(options.folder)
      .filter(isName)
      .flatMap((app) => readRecords(join(options.folder, app)));
    for (const release of found.sort(byPushTime)) this.remember(release);
  }

  /** Puts into Redis what it does not have, be it new, emptied or set back. */
  async restoreRedis(): Promise<void> {
    const { redis } = this.options;
    for (const [app, versions] of this.releases) {
      await redis.sadd(this.keys.apps, app);
      await this.options.signatures?.restoreRedis(app);
      for (const release of versions.values()) {
        await redis.hsetnx(this.keys.releases(app), release.version, canonicalJson(release));
      }
    }
  }

  /** Learns of what other coordinators were given; its contents may be there alone. Rejects while Redis is away. */
  async learn(): Promise<void> {
    const { redis, folder } = this.options;
    for (const app of (await redis.smembers(this.keys.apps)).filter(isName)) {
      await this.options.signatures?.learn(app);
      const records = await redis.hgetall(this.keys.releases(app));
      const others = Object.entries(records).filter(([version]) => this.releases.get(app)?.has(version) !== true);
      const learnt = others.flatMap(([version, text]) => asRecord(app, version, text)).sort(byPushTime);
      for (const release of learnt) {
        writeDurably(join(folder, app, `${release.version}.json`), canonicalJson(release));
        this.remember(release);
      }
    }
  }

  /** Keeps a manifest that is to be named; which of its contents are not stored yet. @throws OutriderError('invalid') */
  async offer(bytes: Uint8Array): Promise<readonly string[]> {
    const { entries } = readManifest(bytes);
    await this.options.blobs.put(sha256(bytes), bytes);
    return this.options.blobs.missing(entries.flatMap((entry) => (entry.kind === 'file' ? [entry.sha256] : [])));
  }

  /** One push at a time. `isNew` false: the same content has this version already. */
  async push(ask: PushAsk): Promise<{ readonly release: Release; readonly isNew: boolean }> {
    const turn = this.pushing.then(() => this.pushNow(ask));
    this.pushing = turn.catch(() => undefined);
    const { release, isNew } = await turn;
    return { release: this.signed(release), isNew };
  }

  async find(app: string, version: string): Promise<Release | undefined> {
    const found = await this.named(app, version);
    return found === undefined ? undefined : this.signed(found);
  }

  private async named(app: string, version: string): Promise<Release | undefined> {
    const versions = this.releases.get(app);
    switch (version) {
      case 'latest':
        return [...(versions?.values() ?? [])].at(-1);
      case 'good':
      case 'previous': {
        const good = (await this.options.history(app)).find((rollout) => rollout.phase === 'succeeded');
        const name = version === 'good' ? good?.version : good?.fromVersion;
        return name === undefined ? undefined : versions?.get(name);
      }
      default:
        return versions?.get(version);
    }
  }

  async list(app?: string): Promise<readonly Release[]> {
    const all = [...this.releases.values()].flatMap((versions) => [...versions.values()]);
    const asked = all.filter((release) => app === undefined || app === '' || release.app === app);
    return asked.sort(byPushTime).map((release) => this.signed(release));
  }

  private signed(release: Release): Release {
    return this.options.signatures?.signed(release) ?? release;
  }

  async manifest(digest: string): Promise<{ readonly manifest: Manifest; readonly bytes: Uint8Array }> {
    const bytes = await this.options.blobs.readWhole(digest);
    return { manifest: readAccepted(bytes), bytes };
  }

  /** The text of a release's agents.yaml. */
  async agentsText(digest: string): Promise<string> {
    return readAgentsText((await this.manifest(digest)).manifest, this.options.blobs);
  }

  async spec(digest: string): Promise<AppSpec> {
    const known = this.specs.get(digest);
    if (known !== undefined) return known;
    const { manifest } = await this.manifest(digest);
    const spec = await readAppSpec(manifest, this.options.blobs, this.options.compile);
    this.specs.set(digest, spec);
    return spec;
  }

  private async pushNow(ask: PushAsk): Promise<{ readonly release: Release; readonly isNew: boolean }> {
    if (!isVersion(ask.version)) {
      throw new OutriderError('invalid', `version: ${JSON.stringify(ask.version)} must be ${VERSION_RULE}.`);
    }
    const manifest = readManifest(ask.manifest);
    const digest = sha256(ask.manifest);
    const known = this.releases.get(manifest.app)?.get(ask.version);
    if (known !== undefined) {
      const release = sameContent(known, digest);
      // What was damaged or lost on disk comes back with the same push.
      await this.checkBlobs(manifest);
      await this.options.blobs.put(digest, ask.manifest);
      return { release, isNew: false };
    }
    const files = await this.checkBlobs(manifest);
    const spec = await readAppSpec(manifest, this.options.blobs, this.options.compile);
    await this.options.blobs.put(digest, ask.manifest);
    const asked: Release = {
      app: manifest.app,
      version: ask.version,
      digest,
      ...files,
      pushedAt: rfc3339(this.options.now()),
      by: ask.by,
      ...(ask.message === undefined ? {} : { message: ask.message }),
    };
    const release = await this.claim(asked);
    writeDurably(join(this.options.folder, release.app, `${release.version}.json`), canonicalJson(release));
    this.specs.set(digest, spec);
    this.remember(release);
    return { release, isNew: true };
  }

  /** Redis decides who was first; the record that stands there is the release. */
  private async claim(asked: Release): Promise<Release> {
    const { redis } = this.options;
    let stored: string | null;
    try {
      await redis.sadd(this.keys.apps, asked.app);
      const key = this.keys.releases(asked.app);
      if ((await redis.hsetnx(key, asked.version, canonicalJson(asked))) === 1) return asked;
      stored = await redis.hget(key, asked.version);
    } catch (error) {
      throw new OutriderError(
        'unavailable',
        `No release can be named while Redis does not answer (${messageOf(error)}). Try again later.`,
        { cause: error },
      );
    }
    return stored === null ? asked : sameContent(JSON.parse(stored) as Release, asked.digest);
  }

  /** Every content is here and as long as the manifest says. */
  private async checkBlobs(manifest: Manifest): Promise<{ readonly files: number; readonly bytes: number }> {
    let files = 0;
    let bytes = 0;
    const entries = manifest.entries.flatMap((entry) => (entry.kind === 'file' ? [entry] : []));
    const sizes = await this.options.blobs.sizes(entries.map(({ sha256 }) => sha256));
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

  private remember(release: Release): void {
    const { app } = release;
    const known = [...(this.releases.get(app)?.values() ?? [])].filter((one) => one.version !== release.version);
    const versions = [...known, release].sort(byPushTime);
    this.releases.set(app, new Map(versions.map((one) => [one.version, one])));
  }

  private get keys(): FleetKeys {
    return fleetKeys(this.options.environment);
  }
}

const byPushTime = (a: Release, b: Release): number => (a.pushedAt < b.pushedAt ? -1 : a.pushedAt > b.pushedAt ? 1 : 0);

function sameContent(release: Release, digest: string): Release {
  if (release.digest === digest) return release;
  throw new OutriderError(
    'refused',
    `Version ${release.version} of ${release.app} has another content already: ${release.by} pushed it at ` +
      `${release.pushedAt}. A version never changes; push under a new one.`,
  );
}

/** Whatever is no record of such a release is passed over: it would become a path. */
function asRecord(app: string, version: string, text: string): Release[] {
  if (!isVersion(version)) return [];
  try {
    const release = JSON.parse(text) as Release;
    return release.app === app && release.version === version && isDigest(release.digest) ? [release] : [];
  } catch {
    return [];
  }
}

function readRecords(folder: string): Release[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      try {
        return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Release;
      } catch (error) {
        throw new OutriderError(
          'invalid',
          `${join(folder, name)} is no record of a release. Restore it from a backup, or remove it and push again.`,
          { cause: error },
        );
      }
    });
}
