/**
 * Owns the rules of symbolic links in a release: each stays inside, whatever other links it goes through. Looks at
 * entries alone, as the kernel will look at the tree.
 */
import type { ManifestEntry } from '../domain/release.js';
import { quoted } from '../domain/shown-name.js';

type Link = Extract<ManifestEntry, { readonly kind: 'symlink' }>;

/** As Linux has it; longer chains lead nowhere. */
const MOST_LINKS = 40;
const LONGEST_TARGET = 4095;
/** Steps of all links together: far above what trees need, and nobody is kept busy by what leads round and round. */
const MOST_STEPS = 5_000_000;
/** They would break lines of lists and logs, or have a name read as another. */
export const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

/**
 * What is wrong with one of the links, as the end of a sentence; undefined: nothing. `absoluteToo`: those are passed
 * over, and whatever goes through them.
 */
export function problemOfLinks(entries: readonly ManifestEntry[], absoluteToo = false): string | undefined {
  const links = entries.filter((entry) => entry.kind === 'symlink');
  const ours = absoluteToo ? links.filter((link) => !isAbsolute(link)) : links;
  const walk = new Walk(new Map(ours.map(({ path, target }) => [path, target])));
  for (const link of ours) {
    const problem = problemOfLink(link, walk);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfLink({ path, target }: Link, walk: Walk): string | undefined {
  const name = `has the symbolic link ${quoted(path)}`;
  if (target === '' || target.includes('\0')) return `${name} without a target`;
  if (CONTROL.test(target) || Buffer.from(target).toString() !== target || Buffer.byteLength(target) > LONGEST_TARGET) {
    return `${name} with a target that is no proper path`;
  }
  const where = quoted(target);
  if (isAbsolute({ target })) {
    return (
      `${name} to the absolute path ${where}, which is something else on every host: make it relative, name it in ` +
      '.outriderignore, or have it made on the host'
    );
  }
  const out = walk.leadsOut(path, target);
  if (out === undefined) return `${name}, and its links lead through too many others`;
  return out ? `${name}, which leads out of the release (${where})` : undefined;
}

const isAbsolute = ({ target }: Pick<Link, 'target'>): boolean => target.startsWith('/');

class Walk {
  private steps = 0;

  constructor(private readonly links: ReadonlyMap<string, string>) {}

  /**
   * Goes the way that the kernel goes: `..` after a link is the folder above where the link has led. Undefined: there
   * were too many steps.
   */
  leadsOut(path: string, target: string): boolean | undefined {
    const at = path.split('/').slice(0, -1);
    const left = target.split('/').reverse();
    let followed = 0;
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      if (part === '' || part === '.') continue;
      this.steps += 1 + at.length;
      if (this.steps > MOST_STEPS) return undefined;
      if (part === '..') {
        if (at.pop() === undefined) return true;
        continue;
      }
      at.push(part);
      const next = this.links.get(at.join('/'));
      if (next === undefined) continue;
      if (isAbsolute({ target: next })) return true;
      followed += 1;
      if (followed > MOST_LINKS) return false;
      at.pop();
      left.push(...next.split('/').reverse());
    }
    return false;
  }
}
