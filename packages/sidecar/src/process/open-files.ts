/** Whether this process may open as many files as it needs to begin with: below that, libraries end it without a word. */
import { readFileSync } from 'node:fs';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

/** Without any agent some 40 are open; each agent takes a few more. */
const LEAST = 128;

/** `limits`: /proc/self/limits. @throws OutriderError('unavailable') */
export function checkOpenFiles(limits = readFileSync('/proc/self/limits', 'latin1')): void {
  const allowed = /^Max open files +(\d+)/m.exec(limits)?.[1];
  if (allowed === undefined || Number(allowed) >= LEAST) return;
  throw new OutriderError(
    'unavailable',
    `This process may open ${allowed} files, and a sidecar needs ${LEAST} and some for each agent. Allow it more: LimitNOFILE= in its unit, or \`ulimit -n\` before it is started.`,
  );
}
