/**
 * How a verb that went wrong says so: one sentence on standard error and an exit code of docs/operations.md; with
 * `--json` also `{"error":"SENTENCE"}` on standard output, the last line there. Never shows a stack trace, unless it was
 * asked to. Loads next to nothing, so that the quickest verb stays quick.
 */
import { exitCodeOfError, messageOf, OutriderError } from '../runtime/errors.js';
import { sentenceOfSystemError } from '../runtime/system-error.js';

/** Whether stack traces are wanted. */
export const wantsTraces = (argv: readonly string[]): boolean =>
  argv.includes('--debug') || process.env['DEBUG'] === '1';

/** Whether whoever called reads JSON: what follows a `--` is no option. */
export const wantsJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
};

/** Runs a verb whose words are read already, and sets `process.exitCode`. Never rejects. */
export async function runVerb(act: () => Promise<void>, argv: readonly string[] = process.argv): Promise<void> {
  endQuietlyWithoutReader();
  try {
    await act();
  } catch (error) {
    process.exitCode = sayFailure(error, argv);
  }
}

/** Writes the sentence; returns the exit code. */
export function sayFailure(error: unknown, argv: readonly string[]): number {
  if (wantsTraces(argv) && error instanceof Error) process.stderr.write(`${error.stack ?? error.message}\n`);
  sayError(sentenceOf(error), argv);
  return exitCodeOfError(error);
}

export function sayError(sentence: string, argv: readonly string[]): void {
  process.stderr.write(`Error: ${sentence}\n`);
  if (wantsJson(argv)) process.stdout.write(`${JSON.stringify({ error: sentence })}\n`);
}

function sentenceOf(error: unknown): string {
  const message = messageOf(error).trim();
  if (error instanceof OutriderError) return message;
  const ofSystem = sentenceOfSystemError(error);
  if (ofSystem !== undefined) return ofSystem;
  return `${message.replace(/\.?$/, '.')} This is a bug of Outrider; --debug shows where.`;
}

/** `coordinator events -f | head -1` ends with the reader. */
export function endQuietlyWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
}
