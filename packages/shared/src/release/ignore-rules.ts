/**
 * Owns which entries of a folder are left out of a release: .gitignore as git reads it, .outriderignore in the same
 * language and above it. Both may stand in every folder; no I/O here, whoever walks brings the texts.
 */
import ignore, { type Ignore } from 'ignore';

export const IGNORE_FILE = '.outriderignore';
export const GIT_IGNORE_FILE = '.gitignore';

/** Left out whatever the files say. */
const ALWAYS: ReadonlySet<string> = new Set(['.git', IGNORE_FILE]);

/** One of the files: what stands in it, and how a path of the release reads from where it stands. */
interface Level {
  readonly kind: 'own' | 'git';
  readonly rules: Ignore;
  /** Characters of the path that are above it; for a file above the release, the folders between. */
  readonly strip: number;
  readonly add: string;
}

/** Texts of the files in one folder; absent: there is none. */
export interface IgnoreTexts {
  readonly own?: string;
  readonly git?: string;
}

/** Who leaves an entry out; undefined: nobody. */
export type LeftOutBy = 'always' | 'own' | 'git' | undefined;

/** The rules inside one folder. Immutable. */
export class IgnoreRules {
  /** The nearest first, and every .outriderignore before every .gitignore: the first that says something is right. */
  private constructor(private readonly levels: readonly Level[]) {}

  /**
   * Of the root of a release. `above`: the .gitignore files of the folders above it, the outermost first, each with
   * the folders that lie between, as `a/b/`.
   */
  static atRoot(
    texts: IgnoreTexts,
    above: readonly { readonly text: string; readonly between: string }[],
  ): IgnoreRules {
    const outer = above.map(({ text, between }) => level('git', text, { strip: 0, add: between })).reverse();
    // What git itself leaves out as a whole (a folder of build results, say) is asked for by name here.
    const isLeftOut = outer.some(({ rules, add }) => rules.test(add).ignored);
    return new IgnoreRules(isLeftOut ? [] : outer).with('', texts);
  }

  /** `path`: of an entry of this folder, from the root of the release. */
  leavesOut(path: string, isFolder: boolean): LeftOutBy {
    if (ALWAYS.has(path.slice(path.lastIndexOf('/') + 1))) return 'always';
    for (const one of this.levels) {
      const { ignored, unignored } = verdict(one, path, isFolder);
      if (ignored) return one.kind;
      if (unignored) return undefined;
    }
    return undefined;
  }

  /** Inside a folder of this one that is not left out. */
  below(folder: string, texts: IgnoreTexts): IgnoreRules {
    const levels = this.levels.map((one) => {
      // Anew for each folder: what was asked is remembered inside, and would be of the whole tree.
      const rules = newRules().add(one.rules);
      // Another file has brought it back: then what stands below is judged by itself, as git does it.
      if (verdict(one, folder, true).ignored) rules.add(`!/${literally(seenFrom(one, folder))}/`);
      return { ...one, rules };
    });
    return new IgnoreRules(levels).with(folder, texts);
  }

  private with(folder: string, { own, git }: IgnoreTexts): IgnoreRules {
    if (own === undefined && git === undefined) return this;
    const here = { strip: folder === '' ? 0 : folder.length + 1, add: '' };
    const [owns, gits] = [this.of('own'), this.of('git')];
    return new IgnoreRules([
      ...(own === undefined ? [] : [level('own', own, here)]),
      ...owns,
      ...(git === undefined ? [] : [level('git', git, here)]),
      ...gits,
    ]);
  }

  private of(kind: Level['kind']): readonly Level[] {
    return this.levels.filter((one) => one.kind === kind);
  }
}

const newRules = (): Ignore => ignore({ ignorecase: false });

const level = (kind: Level['kind'], text: string, where: { readonly strip: number; readonly add: string }): Level => ({
  ...{ kind, rules: newRules().add(text) },
  ...where,
});

const seenFrom = ({ strip, add }: Level, path: string): string => add + path.slice(strip);

const verdict = (
  one: Level,
  path: string,
  isFolder: boolean,
): { readonly ignored: boolean; readonly unignored: boolean } =>
  one.rules.test(isFolder ? `${seenFrom(one, path)}/` : seenFrom(one, path));

/** A pattern that stands for this path alone. */
const literally = (path: string): string => path.replace(/[\\*?[\] ]/g, '\\$&');
