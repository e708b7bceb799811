/** Owns which tokens are accepted: this sidecar's own, whatever happens, and the fleet's where there is one. */
import { join } from 'node:path';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { ensureToken, readToken } from '@outrider/shared/runtime/token.js';
import type { SidecarConfig } from '../config.js';

export interface Tokens {
  readonly own: string;
  readonly file: string;
  readonly accepted: () => readonly string[];
  /** What others of the fleet are shown. */
  readonly ofFleet: () => string;
}

/** The fleet's file is read each time, so that it can be changed; each trouble with it is told once. */
export function tokensOf(
  { runDir, tokenFile }: Pick<SidecarConfig, 'runDir' | 'tokenFile'>,
  warn: (sentence: string) => void,
): Tokens {
  const file = join(runDir, 'token');
  const own = ensureToken(file);
  let told = '';
  const tell = (sentence: string): void => {
    if (sentence !== told && sentence !== '') warn(sentence);
    told = sentence;
  };
  const fleet = (): string | undefined => {
    if (tokenFile === undefined) return undefined;
    try {
      const found = readToken(tokenFile);
      tell(found === undefined ? `token_file ${tokenFile} does not exist: ${CONSEQUENCE}.` : '');
      return found;
    } catch (error) {
      tell(`${messageOf(error)} Until then ${CONSEQUENCE}.`);
      return undefined;
    }
  };
  fleet();
  return {
    own,
    file,
    accepted: () => [own, fleet()].filter((token) => token !== undefined),
    ofFleet: () => fleet() ?? own,
  };
}

const CONSEQUENCE = 'the coordinator cannot give orders to this host';
