/**
 * Owns documents that every coordinator keeps, by app and name: on its disk, so that they survive an emptied Redis, and
 * in Redis, where of two who write at once one is first. They are never deleted: what is gone is a state as any other.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import { isName } from '@outrider/shared/domain/name.js';
import type { BegunWrite } from '@outrider/shared/runtime/durable-file.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { redisAway } from '@outrider/shared/runtime/redis-away.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { Reserve } from './reserve.js';
import { writeHere } from './write-here.js';

export interface LedgerOptions<T> {
  /** Has APP/NAME.json. */
  readonly folder: string;
  readonly redis: RedisClient;
  /** Set: apps that have documents. */
  readonly apps: string;
  /** Hash: name -> document. */
  readonly key: (app: string) => string;
  /** For people: `record of a release`. */
  readonly what: string;
  /** A document of foreign origin; undefined: it is none, and would become a path. */
  readonly read: (app: string, name: string, text: string) => T | undefined;
  /** Which of two states holds. The same answer in either order. */
  readonly choose: (a: T, b: T) => T;
  /** For another state of what is there already, which takes no more room than before; absent: a full disk takes none. */
  readonly reserve?: Reserve;
}

/**
 * KEYS: the hash of the app, the set of apps. ARGV: name, the document that is expected there ('': none), the new one,
 * the app. Returns '' where it is written, also over nothing; else the document that stands there.
 */
const SWAP = `
local stands = redis.call('HGET', KEYS[1], ARGV[1])
if stands and stands ~= ARGV[2] then return stands end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('SADD', KEYS[2], ARGV[4])
return ''
`;

export class Ledger<T extends object> {
  private readonly documents = new Map<string, Map<string, { readonly text: string; readonly document: T }>>();

  constructor(private readonly options: LedgerOptions<T>) {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    for (const app of readdirSync(options.folder).filter(isName)) this.readFolder(app);
  }

  get(app: string, name: string): T | undefined {
    return this.documents.get(app)?.get(name)?.document;
  }

  /** In no order. */
  all(app?: string): readonly T[] {
    const maps =
      app === undefined ? [...this.documents.values()] : [this.documents.get(app) ?? new Map<string, never>()];
    return maps.flatMap((map) => [...map.values()].map(({ document }) => document));
  }

  /**
   * Puts one in the place of `before` (undefined: of none). Returns what stands afterwards: another one where somebody
   * else was first. Rejects with `unavailable` while Redis is away, and with a `DiskProblem` where the disk takes no more:
   * then nobody has heard of it.
   */
  async put(app: string, name: string, before: T | undefined, document: T): Promise<T> {
    const text = canonicalJson(document);
    const known = this.documents.get(app)?.get(name);
    const expected = before === undefined ? '' : known?.document === before ? known.text : canonicalJson(before);
    const write = this.write(app, name, text);
    const stands = await this.swap(app, name, expected, text).catch((error: unknown) => {
      write.drop();
      throw redisAway(error, 'No release can be named or removed');
    });
    const other = stands === '' ? undefined : this.options.read(app, name, stands);
    if (other === undefined) {
      write.finish();
      this.remember(app, name, text, document);
    } else {
      write.drop();
      this.keep(app, name, stands, other);
    }
    this.options.reserve?.take();
    return other ?? document;
  }

  /** Puts into Redis what it does not have or has in an earlier state, be it new, emptied or set back. */
  async restoreRedis(): Promise<void> {
    await this.learn();
    for (const [app, names] of this.documents) {
      const stored = await this.options.redis.hgetall(this.options.key(app));
      for (const [name, { text, document }] of names) {
        if (stored[name] === text) continue;
        const there = stored[name] === undefined ? undefined : this.options.read(app, name, stored[name]);
        if (there !== undefined && this.options.choose(document, there) !== document) continue;
        await this.swap(app, name, stored[name] ?? '', text);
      }
    }
  }

  /** Learns of what other coordinators have written. Rejects while Redis is away, and where the disk does not take all. */
  async learn(): Promise<void> {
    const { redis, apps, key, read, choose } = this.options;
    let untaken: Error | undefined;
    for (const app of (await redis.smembers(apps)).filter(isName)) {
      for (const [name, text] of Object.entries(await redis.hgetall(key(app)))) {
        const known = this.documents.get(app)?.get(name);
        if (known?.text === text) continue;
        const document = read(app, name, text);
        if (document === undefined) continue;
        if (known !== undefined && choose(known.document, document) !== document) continue;
        try {
          this.keep(app, name, text, document);
        } catch (error) {
          untaken ??= error as Error;
        }
      }
    }
    this.options.reserve?.take();
    if (untaken !== undefined) throw untaken;
  }

  /** '' where it is written, else what stands there. */
  private async swap(app: string, name: string, expected: string, text: string): Promise<string> {
    const { redis, key, apps } = this.options;
    return String(await redis.eval(SWAP, 2, key(app), apps, name, expected, text, app));
  }

  private keep(app: string, name: string, text: string, document: T): void {
    if (this.documents.get(app)?.get(name)?.text === text) return;
    this.write(app, name, text).finish();
    this.options.reserve?.take();
    this.remember(app, name, text, document);
  }

  private write(app: string, name: string, text: string): BegunWrite {
    const write = () => writeHere(this.fileOf(app, name), text);
    const { reserve } = this.options;
    return reserve === undefined || this.get(app, name) === undefined ? write() : reserve.spend(write);
  }

  private fileOf(app: string, name: string): string {
    return join(this.options.folder, app, `${name}.json`);
  }

  private remember(app: string, name: string, text: string, document: T): void {
    const names = this.documents.get(app) ?? new Map<string, { readonly text: string; readonly document: T }>();
    this.documents.set(app, names.set(name, { text, document }));
  }

  private readFolder(app: string): void {
    const folder = join(this.options.folder, app);
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      const name = file.slice(0, -'.json'.length);
      const text = readFileSync(join(folder, file), 'utf8');
      const document = this.options.read(app, name, text);
      if (document === undefined) {
        throw new OutriderError(
          'invalid',
          `${join(folder, file)} is no ${this.options.what}. Restore it from a backup, or remove it and do again what it stood for.`,
        );
      }
      this.remember(app, name, text, document);
    }
  }
}
