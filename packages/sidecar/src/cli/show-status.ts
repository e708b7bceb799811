/** What `sidecar status` does. It is asked most of all, so it loads nothing that it does not use. */
import { show } from './output.js';
import { statusText } from './status-text.js';
import { type Globals, timeLimit, withSidecar } from './with-sidecar.js';

export async function showStatus(globals: Globals): Promise<void> {
  const status = await withSidecar(globals, (sidecar) => sidecar.status(timeLimit(globals)));
  show(globals, status, () => statusText(status));
}

/** Where the words are so plain that nothing has to be loaded to read them; undefined: they are not. */
export function plainStatus(words: readonly string[]): Globals | undefined {
  if (words[0] !== 'status' || words.length > 2) return undefined;
  if (words[1] === undefined) return { json: false };
  return words[1] === '--json' ? { json: true } : undefined;
}
