/** Turns a client's failures into the one error that callers expect while Redis is away. */
import { asSentence } from '@outrider/shared/domain/sentence.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';

/** Throws `OutriderError('unavailable')` where Redis does not answer; its answers are passed on. */
export async function ask<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    throw new OutriderError('unavailable', asSentence(`Redis does not answer: ${messageOf(error)}`), { cause: error });
  }
}
