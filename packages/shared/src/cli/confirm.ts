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
    // Whoever leaves, by Ctrl-C, by Ctrl-D or with the terminal, has not said yes.
    const left = once(terminal, 'close').then(() => '');
    const said = terminal.question(`${question} [y/N] `).catch(() => '');
    const answer = await Promise.race([said, left]);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    terminal.close();
  }
  throw new OutriderError('refused', 'Nothing was changed.');
}
