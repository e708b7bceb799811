/** Turns a client's failures into the one error that callers expect while Redis is away. */
import { asSentence } from '@outrider/shared/domain/sentence.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { wordsOfRedis } from '@outrider/shared/runtime/redis-away.js';

/** Throws `OutriderError('unavailable')` where Redis does not answer; its answers are passed on. */
export async function ask<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    // The client's own words say no more than that.
    const said = wordsOfRedis(error);
    const sentence = said === undefined ? 'Redis does not answer.' : asSentence(`Redis does not answer: ${said}`);
    throw new OutriderError('unavailable', sentence, { cause: error });
  }
}
