/** Owns the tags of releases: words that people move from one release of an app to another. */
import { isVersion, VERSION_RULE } from '@outrider/shared/domain/name.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { Ledger } from './ledger.js';
import type { Reserve } from './reserve.js';

interface Tag {
  readonly name: string;
  /** '': it was taken away. */
  readonly version: string;
  readonly at: string;
  readonly by: string;
}

export interface TagsOptions {
  readonly folder: string;
  readonly redis: RedisClient;
  readonly environment: string;
  readonly now: () => number;
  readonly reserve?: Reserve;
}

export class Tags {
  private readonly ledger: Ledger<Tag>;

  constructor(private readonly options: TagsOptions) {
    const keys = fleetKeys(options.environment);
    this.ledger = new Ledger<Tag>({
      ...{ folder: options.folder, redis: options.redis, apps: keys.apps, key: keys.tags, what: 'tag of a release' },
      read: (_, name, text) => readTag(name, text),
      choose: (a, b) => (later(a, b) ? a : b),
      ...(options.reserve === undefined ? {} : { reserve: options.reserve }),
    });
  }

  /** The version that it stands for; undefined: there is no such tag. */
  versionOf(app: string, name: string): string | undefined {
    const version = this.ledger.get(app, name)?.version ?? '';
    return version === '' ? undefined : version;
  }

  /** Those of a release, by name. */
  of(app: string, version: string): readonly string[] {
    const found = this.ledger.all(app).filter((tag) => tag.version === version);
    return found.map(({ name }) => name).sort();
  }

  /** `version` '': takes it away. Returns where it stood before ('': nowhere). */
  async move(app: string, name: string, version: string, by: string): Promise<string> {
    for (;;) {
      const before = this.ledger.get(app, name);
      if ((before?.version ?? '') === version) return version;
      const at = rfc3339(Math.max(this.options.now(), before === undefined ? 0 : Date.parse(before.at) + 1));
      const tag: Tag = { name, version, at, by };
      if ((await this.ledger.put(app, name, before, tag)) === tag) return before?.version ?? '';
    }
  }

  learn(): Promise<void> {
    return this.ledger.learn();
  }

  restoreRedis(): Promise<void> {
    return this.ledger.restoreRedis();
  }
}

/** @throws OutriderError('invalid') */
export function checkTagName(name: string): string {
  if (isVersion(name)) return name;
  throw new OutriderError(
    'invalid',
    `name: ${JSON.stringify(name.slice(0, 80))} is no tag; expected are ${VERSION_RULE}.`,
  );
}

function readTag(name: string, text: string): Tag | undefined {
  if (!isVersion(name)) return undefined;
  try {
    const tag = JSON.parse(text) as Tag;
    const isOne = tag.name === name && (tag.version === '' || isVersion(tag.version)) && typeof tag.at === 'string';
    return isOne ? tag : undefined;
  } catch {
    return undefined;
  }
}

const later = (a: Tag, b: Tag): boolean => (a.at === b.at ? a.version >= b.version : a.at > b.at);
