import { OutriderError } from './errors.js';

/** One thing that is wrong with a file that a person wrote. */
export interface Problem {
  readonly file: string;
  /** From 1; absent where no line is to blame. */
  readonly line?: number;
  /** `agents.vision.depends_on`, or '' for the whole file. */
  readonly path: string;
  /** What is wrong and what to do; begins with the path where there is one. */
  readonly sentence: string;
}

export const formatProblem = (problem: Problem): string =>
  `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}: ${problem.sentence}`;

export const byLine = (a: Problem, b: Problem): number => (a.line ?? 0) - (b.line ?? 0);

const MOST_SHOWN = 20;

/** All of them as one error, one a line. */
export function problemsError(problems: readonly Problem[]): OutriderError {
  const lines = problems.slice(0, MOST_SHOWN).map(formatProblem);
  if (problems.length > MOST_SHOWN) lines.push(`... and ${problems.length - MOST_SHOWN} more problems.`);
  return new OutriderError('invalid', lines.join('\n'));
}
