/** Asks before what can't be taken back: on a terminal only; elsewhere `--yes` has to say so. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { OutriderError } from '../runtime/errors.js';

/** Resolves where it is wanted. Throws `OutriderError('invalid')` where nobody can be asked, `refused` where it is not. */
export async function confirmed(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new OutriderError('invalid', `${question} Nobody can be asked here: say --yes.`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Whoever closes the terminal has not said yes.
    const closed = once(terminal, 'close').then(() => '');
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    terminal.close();
  }
  throw new OutriderError('refused', 'Nothing was changed.');
}
