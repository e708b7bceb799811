/** Asks over ZeroMQ: one REQ socket for one question, closed with it. */
import { createServer, isIPv4 } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Request } from 'zeromq';
import { formatHostPort } from '@outrider/shared/runtime/listen.js';
import type { ProbeTarget } from '../supervise/ports.js';
import type { Answer } from './answer.js';
import { failed, unproven } from './answer.js';
import type { Deadline } from './deadline.js';
import { isShared } from './proof.js';
import type { OwnsConnection } from './proof.js';
import { judgeAnswer } from './zmq-answer.js';

export interface Question {
  readonly connect: string;
  readonly send: string;
  readonly expect: string;
}

/** ZeroMQ waits once to twice as long: an agent that begins to listen is to be found within 50 ms. */
const RECONNECT_MS = 15;
const MOST_ANSWER_BYTES = 64 * 1024;
/** Questions put within one ask until the asked instance takes one. */
const MOST_TRIES = 8;

export async function askZmq(
  question: Question,
  target: ProbeTarget,
  owns: OwnsConnection,
  deadline: Deadline,
): Promise<Answer> {
  const tcp = /^tcp:\/\/(.+):(\d+)$/.exec(question.connect);
  const [host, port] = [tcp?.[1] ?? '', Number(tcp?.[2])];
  if (tcp !== null && isShared(host, port, target.shared)) {
    return askProven(question, host === 'localhost' ? '127.0.0.1' : host, port, target, owns, deadline);
  }
  return exchange(question.connect, question, deadline, async () => true);
}

/** ZeroMQ does not tell its own port, so it is given one: then the accepted end can be looked up. */
async function askProven(
  question: Question,
  host: string,
  port: number,
  target: ProbeTarget,
  owns: OwnsConnection,
  deadline: Deadline,
): Promise<Answer> {
  const other = unproven(`Another instance that shares ${formatHostPort({ host, port })} answers there.`);
  if (!isIPv4(host)) return unproven(`${question.connect} is shared: give it as an IPv4 address to have it proven.`);
  for (let tries = 0; tries < MOST_TRIES && !deadline.isOver; tries++) {
    const source = await freePort(host);
    const endpoint = `tcp://${host}:${source};${host}:${port}`;
    const ours = async (): Promise<boolean> =>
      (await owns(
        target.identity,
        target.incarnation,
        formatHostPort({ host, port: source }),
        formatHostPort({ host, port }),
      )) === true;
    const answer = await exchange(endpoint, question, deadline, ours);
    if (answer.status !== 'unproven') return answer;
    deadline.ifLate(other);
  }
  return other;
}

async function exchange(
  endpoint: string,
  question: Question,
  deadline: Deadline,
  proven: () => Promise<boolean>,
): Promise<Answer> {
  if (deadline.isOver) return failed('Too late.');
  const socket = new Request({
    linger: 0,
    reconnectInterval: RECONNECT_MS,
    maxMessageSize: MOST_ANSWER_BYTES,
  });
  const close = (): void => socket.close();
  const forget = deadline.onOver(close);
  try {
    socket.connect(endpoint);
    await socket.send(question.send);
    const [frame] = await socket.receive();
    if (!(await proven())) return unproven('Another instance has answered.');
    return judgeAnswer(frame?.toString('utf8') ?? '', question.expect);
  } finally {
    forget();
    close();
  }
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
