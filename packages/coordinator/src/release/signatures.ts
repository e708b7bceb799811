/**
 * Owns who has signed which release: in data_dir/signatures/APP/VERSION.json, and in Redis for the other coordinators.
 * Apart from the records of releases, which never change: a release may be signed anew. Keeps of each key the newest.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isName, isVersion } from '@outrider/shared/domain/name.js';
import type { Release } from '@outrider/shared/domain/release.js';
import { newestByKey, type ReleaseSignature, signedAtOf } from '@outrider/shared/domain/release-signature.js';
import { keyId, readSignature } from '@outrider/shared/release/signature.js';
import { writeDurably } from '@outrider/shared/runtime/durable-file.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { redisAway } from '@outrider/shared/runtime/redis-away.js';
import type { FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { writeHere } from './write-here.js';

export interface SignaturesOptions {
  readonly folder: string;
  readonly redis: RedisClient;
  readonly keys: Pick<FleetKeys, 'signatures'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Hosts remember the newest time that they have accepted: one from the future would shut out what follows. */
const AHEAD_MS = 10 * 60_000;
const MOST_KEYS = 16;

export class ReleaseSignatures {
  /** By app, then by version. */
  private readonly all = new Map<string, Map<string, readonly ReleaseSignature[]>>();
  /** By app and field of Redis: what was read there already. */
  private readonly heard = new Map<string, string>();

  constructor(private readonly options: SignaturesOptions) {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    for (const app of readdirSync(options.folder).filter(isName)) {
      for (const file of readdirSync(join(options.folder, app)).filter((name) => name.endsWith('.json'))) {
        const version = file.slice(0, -'.json'.length);
        const text = readFileSync(join(options.folder, app, file), 'utf8');
        if (isVersion(version)) this.remember(app, version, listOf(text));
      }
    }
  }

  /** In the order of the keys; none: nobody has signed it. Whether they are of what is there now, whoever reads them says. */
  of(app: string, version: string): readonly ReleaseSignature[] {
    return this.all.get(app)?.get(version) ?? [];
  }

  /** The release with its signatures, as others see it. */
  readonly signed = (release: Release): Release => {
    const signatures = this.of(release.app, release.version);
    return signatures.length === 0 ? release : { ...release, signatures };
  };

  /** Durable, and known to the other coordinators, when it resolves; nobody hears of it where it can't be kept here. @throws OutriderError */
  async add(release: Release, agents: string, news: readonly ReleaseSignature[]): Promise<void> {
    const { app, version } = release;
    for (const one of news) this.check(release, agents, one);
    const after = newestByKey(this.of(app, version), news);
    if (after.length > MOST_KEYS) {
      throw new OutriderError('invalid', `${app} ${version} would be signed by more than ${MOST_KEYS} keys.`);
    }
    const write = writeHere(this.fileOf(app, version), JSON.stringify(after));
    try {
      const fields = after.flatMap((one) => [fieldOf(version, one), JSON.stringify(one)]);
      await this.options.redis.hset(this.options.keys.signatures(app), ...fields);
    } catch (error) {
      write.drop();
      throw redisAway(error, 'Nothing can be signed');
    }
    write.finish();
    this.remember(app, version, after);
  }

  /** What other coordinators were given. Rejects while Redis is away. */
  async learn(app: string): Promise<void> {
    const stored = Object.entries(await this.options.redis.hgetall(this.options.keys.signatures(app)));
    const byVersion = new Map<string, ReleaseSignature[]>();
    for (const [field, text] of stored) {
      if (this.heard.get(`${app} ${field}`) === text) continue;
      this.heard.set(`${app} ${field}`, text);
      const version = field.slice(0, field.indexOf(' '));
      if (isVersion(version)) byVersion.set(version, [...(byVersion.get(version) ?? []), ...listOf(`[${text}]`)]);
    }
    for (const [version, news] of byVersion) {
      const before = this.of(app, version);
      const after = newestByKey(before, news);
      if (JSON.stringify(after) !== JSON.stringify(before)) this.keep(app, version, after);
    }
  }

  /** Puts into Redis what it does not have, or has an older one of. */
  async restoreRedis(app: string): Promise<void> {
    await this.learn(app);
    const { redis, keys } = this.options;
    for (const [version, signatures] of this.all.get(app) ?? []) {
      for (const one of signatures) await redis.hset(keys.signatures(app), fieldOf(version, one), JSON.stringify(one));
    }
  }

  private check({ app, version, digest }: Release, agents: string, one: ReleaseSignature): void {
    const said = readSignature(one);
    const isOf = said?.app === app && said.version === version && said.digest === digest && said.agents === agents;
    if (!isOf) {
      throw new OutriderError('invalid', `The signature by ${keyId(one.key)} is not one of ${app} ${version}.`);
    }
    if (Date.parse(said.signedAt) > this.options.now() + AHEAD_MS) {
      throw new OutriderError(
        'invalid',
        `The signature by ${keyId(one.key)} is of ${said.signedAt}, which is ahead of the coordinator's clock. ` +
          'Set the clock that is wrong, and sign again.',
      );
    }
  }

  private keep(app: string, version: string, signatures: readonly ReleaseSignature[]): void {
    writeDurably(this.fileOf(app, version), JSON.stringify(signatures));
    this.remember(app, version, signatures);
  }

  private fileOf(app: string, version: string): string {
    return join(this.options.folder, app, `${version}.json`);
  }

  private remember(app: string, version: string, signatures: readonly ReleaseSignature[]): void {
    const versions = this.all.get(app) ?? new Map<string, readonly ReleaseSignature[]>();
    this.all.set(app, versions.set(version, signatures));
  }
}

/** One field for each key, so that two coordinators can't write over each other's. */
const fieldOf = (version: string, { key }: ReleaseSignature): string => `${version} ${key}`;

/** What can't be read is none: it proves nothing. */
function listOf(text: string): readonly ReleaseSignature[] {
  try {
    const list = JSON.parse(text) as readonly ReleaseSignature[];
    return list.filter((one) => signedAtOf(one) !== '' && readSignature(one) !== undefined);
  } catch {
    return [];
  }
}
