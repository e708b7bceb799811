/** Owns which releases stay. Pure. */
import type { Release, ReleaseUse, ReleaseView } from '@outrider/shared/domain/release.js';

/**
 * Of one app, oldest first: those that go. The last `keep` stay, and whatever somebody needs; with `spareNewer` also what
 * was pushed after all that is active: it may be still to come.
 */
export function outdated(releases: readonly ReleaseView[], keep: number, spareNewer = false): readonly ReleaseView[] {
  const active = releases.findLastIndex(({ uses }) => uses.some(({ how }) => how === 'active'));
  const end = Math.min(releases.length - keep, spareNewer ? active : releases.length);
  return releases.slice(0, Math.max(0, end)).filter((release) => whyItStays(release) === undefined);
}

/** In words that go on after "it"; undefined: nobody needs it. */
export function whyItStays({ tags, uses }: Pick<ReleaseView, 'tags' | 'uses'>): string | undefined {
  const reasons = uses.map(usedWords);
  if (tags.length > 0) reasons.push(`has the tag ${tags.join(', ')}`);
  return reasons.length === 0 ? undefined : [...new Set(reasons)].join('; ');
}

function usedWords({ how, host = 'a host', rollout = '' }: ReleaseUse): string {
  switch (how) {
    case 'active':
      return `is active on ${host}`;
    case 'previous':
      return rollout === '' ? `is what ${host} would go back to` : 'is what "previous" stands for';
    case 'candidate':
      return `is on trial on ${host}`;
    case 'staging':
      return `is staged on ${host}`;
    case 'agent':
      return `has agents that run on ${host}`;
    case 'rollout':
      return `is part of the rollout ${rollout}, which is under way`;
    case 'good':
      return 'is the last good one';
  }
}

/** What it takes, and its name. */
export interface Content {
  readonly sha256: string;
  readonly size: number;
}

/** Bytes of the contents of some releases that none of the others has. */
export function bytesOfTheirOwn(theirs: readonly Content[], others: ReadonlySet<string>): number {
  const own = new Map(theirs.filter(({ sha256 }) => !others.has(sha256)).map(({ sha256, size }) => [sha256, size]));
  return [...own.values()].reduce((sum, size) => sum + size, 0);
}

export const nameOf = ({ app, version }: Pick<Release, 'app' | 'version'>): string => `${version} of ${app}`;
