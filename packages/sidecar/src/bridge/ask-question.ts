/** Asks another host for its health over ZeroMQ, as the programs of a fleet do across hosts. */
import { Request } from 'zeromq';
import type { QuestionAnswer } from '@outrider/shared/domain/diagnosis.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';

const MOST_ANSWER_BYTES = 64 * 1024;

/** Never rejects: what keeps an answer away is a `reason`. */
export async function askQuestion(endpoint: string, withinMs: number): Promise<QuestionAnswer> {
  const began = performance.now();
  const socket = new Request({ linger: 0, maxMessageSize: MOST_ANSWER_BYTES, sendTimeout: withinMs });
  socket.receiveTimeout = withinMs;
  try {
    socket.connect(`tcp://${endpoint}`);
    await socket.send('health_check');
    const [frame] = await socket.receive();
    const milliseconds = Math.round(performance.now() - began);
    return { endpoint, answer: frame?.toString('utf8') ?? '', milliseconds, reason: '' };
  } catch (error) {
    const milliseconds = Math.round(performance.now() - began);
    const isLate = (error as NodeJS.ErrnoException).code === 'EAGAIN';
    const reason = isLate ? `no answer within ${withinMs} ms` : messageOf(error);
    return { endpoint, answer: '', milliseconds, reason };
  } finally {
    socket.close();
  }
}
