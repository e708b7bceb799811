/** With what callers are let in, and with what sidecars are asked. */
import { join } from 'node:path';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { ensureToken, readToken } from '@outrider/shared/runtime/token.js';
import type { CoordinatorConfig } from './config.js';

export interface Tokens {
  /** Our own, made at the first start. */
  readonly file: string;
  readonly accepted: () => readonly string[];
  /** From now on calls that need a token are answered: whoever comes earlier cannot have found it. */
  readonly open: () => void;
  /** What sidecars are shown: the fleet's, or our own, which a sidecar with the same run_dir shares. */
  readonly fleet: string;
}

export function tokensOf({ runDir, tokenFile }: CoordinatorConfig): Tokens {
  const file = join(runDir, 'token');
  const own = ensureToken(file);
  const fleet = tokenFile === undefined ? undefined : readToken(tokenFile);
  let isOpen = false;
  const accepted = (): readonly string[] => {
    if (!isOpen) throw new OutriderError('unavailable', 'the coordinator is still starting');
    return fleet === undefined ? [own] : [own, fleet];
  };
  return { file, accepted, open: () => (isOpen = true), fleet: fleet ?? own };
}
