/** Messages of contents on a side stream: the caller's half, and what both halves have in common. */
import type { OutgoingPiece } from '../../release/transfer/piece.js';
import type { FrameReader, FrameWriter } from './frames.js';
import type { OpenedSide } from './opened.js';

/** Methods whose streams are of outrider.v1.Blob. */
export const SIDE_METHODS: ReadonlySet<string> = new Set(['Blobs', 'PutBlobs']);

type Serialize = (message: object) => Buffer;
type Deserialize = (bytes: Buffer) => object;

const NOTHING = Buffer.alloc(0);

/** All of them, and the end. @throws OutriderError('unavailable') where the connection has ended. */
export async function sendMessages(
  messages: AsyncIterable<object>,
  writer: FrameWriter,
  serialize: Serialize,
): Promise<void> {
  for await (const message of messages) {
    const { data = NOTHING, release, ...rest } = message as OutgoingPiece;
    await writer.write({ head: serialize(rest), data }, release);
  }
  await writer.end();
}

export async function* messagesOf(reader: FrameReader, deserialize: Deserialize): AsyncGenerator<object> {
  for await (const { head, data } of reader.frames()) yield { ...deserialize(head), data };
}

/**
 * What a call answers, on its side stream where that was taken, else as it answers itself; each message is good until the
 * next is asked for. How the call ends decides, whatever came.
 */
export async function* answersOf(
  side: OpenedSide,
  inline: AsyncIterable<object>,
  deserialize: Deserialize,
  cancel: () => void,
): AsyncGenerator<object> {
  const answers = inline[Symbol.asyncIterator]();
  const first = answers.next();
  // Whoever reads on the side is told.
  first.catch(() => side.cut());
  try {
    const isBeside = await Promise.race([
      side.accepted,
      first.then(({ done }) => (done === true ? side.accepted : false)),
    ]);
    if (isBeside) yield* messagesOf(side.reader, deserialize);
    const answer = await first;
    if (answer.done === true) return;
    yield answer.value;
    yield* { [Symbol.asyncIterator]: () => answers };
  } catch (error) {
    await first;
    throw error;
  } finally {
    side.close();
    cancel();
  }
}
