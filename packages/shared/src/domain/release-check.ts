/** What came out of reading all of a release again. */
export interface VerifyResult {
  /** Paths of the release; `stored content of PATH` where it was not the tree but what that is made from. */
  readonly damaged: readonly string[];
  /** Those of them that are whole again. */
  readonly mended: readonly string[];
  /** Sentences: why the others are not; and of signatures that are not what they should be. */
  readonly problems: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

/** Nothing is wrong, or nothing is wrong any more. */
export const isWhole = ({ damaged, mended, problems }: VerifyResult): boolean =>
  problems.length === 0 && damaged.every((path) => mended.includes(path));
