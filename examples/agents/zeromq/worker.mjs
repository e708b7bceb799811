// A worker with zeromq: answers `health_check`, tells the bus what it has done, and ends between two tasks.
import { setTimeout as pause } from 'node:timers/promises';
import { Push, Reply } from 'zeromq';

const ADDRESS = process.env.OUTRIDER_HOST_ADDRESS ?? '127.0.0.1';
const TASK_SECONDS = Number(process.env.TASK_SECONDS ?? 1);
const LAST_WORDS_MS = 500;

/** What can't be said soon is worth nothing. */
const bus = new Push({ sendHighWaterMark: 10, sendTimeout: 0, linger: LAST_WORDS_MS });
if (process.env.OUTRIDER_BUS !== undefined) bus.connect(process.env.OUTRIDER_BUS);
let sending = Promise.resolve();
/** A ZeroMQ socket takes one send at a time, so frames wait for each other. */
function tell(frame) {
  sending = sending.then(() => bus.send(JSON.stringify(frame))).catch(() => {});
}

let state = { status: 'healthy', busy: false, detail: 'no task yet' };
const answers = new Reply({ linger: 0 });
await answers.bind(`tcp://${ADDRESS}:8142`);
async function answer() {
  for await (const [question] of answers) {
    const known = String(question) === 'health_check';
    await answers.send(JSON.stringify(known ? state : { error: 'what?' }));
  }
}

async function work(number) {
  await pause(TASK_SECONDS * 1_000);
  if (number % 3 === 0) throw new Error(`no answer after ${TASK_SECONDS} s`);
}

const leaving = new AbortController();
process.once('SIGTERM', () => {
  leaving.abort();
  console.log('asked to end');
  tell({ type: 'extend', seconds: TASK_SECONDS + 5 }); // the task may take longer than the grace period
});

const answering = answer();
let done = 0;
while (!leaving.signal.aborted) {
  state = { ...state, busy: true, detail: `task ${done + 1}` };
  let status = 'healthy';
  await work(done + 1).catch(({ message }) => {
    status = 'degraded';
    tell({ type: 'error', error_type: 'timeout', severity: 'warning', message, context: { task: done + 1 } });
  });
  done += 1;
  state = { status, busy: false, detail: `${done} tasks done` };
  tell({ type: 'metric', name: 'tasks_done', value: done, kind: 'counter' });
  await pause(500, undefined, { signal: leaving.signal }).catch(() => {}); // for the next task
}
console.log(`ended between two tasks, ${done} done`);
await sending;
answers.close();
await answering;
bus.close();
