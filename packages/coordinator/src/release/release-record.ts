/** Owns the record of a release as disks and Redis have it: a release, or what is left of one that was removed. */
import { isDigest, isVersion } from '@outrider/shared/domain/name.js';
import type { Release } from '@outrider/shared/domain/release.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

export interface ReleaseRecord extends Release {
  /** Its version still stands for its digest, for ever. Absent: it is there. */
  readonly removed?: { readonly at: string; readonly by: string };
}

/** Whatever is no record of such a release is undefined: it would become a path. */
export function readRecord(app: string, version: string, text: string): ReleaseRecord | undefined {
  if (!isVersion(version)) return undefined;
  try {
    const record = JSON.parse(text) as ReleaseRecord;
    return record.app === app && record.version === version && isDigest(record.digest) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Of the same content the later state; of two contents that which was there first. */
export function chooseRecord(a: ReleaseRecord, b: ReleaseRecord): ReleaseRecord {
  if (a.digest !== b.digest) return order(a.pushedAt + a.digest, b.pushedAt + b.digest) <= 0 ? a : b;
  return order(changedAt(a), changedAt(b)) >= 0 ? a : b;
}

export const changedAt = ({ removed, pushedAt }: ReleaseRecord): string => removed?.at ?? pushedAt;

export const byPushTime = (a: Release, b: Release): number => order(a.pushedAt, b.pushedAt);

/** @throws OutriderError('refused') where the version stands for another content. */
export function sameContent<T extends ReleaseRecord>(record: T, digest: string): T {
  if (record.digest === digest) return record;
  const { version, app, by, pushedAt, removed } = record;
  const gone = removed === undefined ? '' : ` It was removed at ${removed.at}, and its name stays taken.`;
  throw new OutriderError(
    'refused',
    `Version ${version} of ${app} has another content already: ${by} pushed it at ${pushedAt}.${gone} ` +
      'A version never changes; push under a new one.',
  );
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
