/** What people are told where Redis could not be asked: its own words (`OOM ...`) if it has said any, none of the client's. */
import { asSentence } from '../domain/sentence.js';
import { OutriderError } from './errors.js';

const REMEDY = 'Try again when it is back; `coordinator doctor` tells why it is away.';

/** `what` goes on with "while Redis does not answer". */
export function redisAway(error: unknown, what: string): OutriderError {
  const said = wordsOfRedis(error);
  const sentence =
    said === undefined ? `${what} while Redis does not answer.` : `${what}: Redis says ${asSentence(said)}`;
  return new OutriderError('unavailable', `${sentence} ${REMEDY}`, { cause: error });
}

/** Undefined: it has not answered, or not in time. */
export const wordsOfRedis = (error: unknown): string | undefined =>
  error instanceof Error && error.name === 'ReplyError' ? error.message : undefined;
