// Makes tasks, pushes them to whoever works, and counts the results.
import { Pull, Push } from 'zeromq';
import { ADDRESS, answering, beat, metric, onStop, register } from '../common/outrider.mjs';

const TASKS = `tcp://${ADDRESS}:5700`;
const RESULTS = `tcp://${ADDRESS}:5701`;

// Without workers tasks are dropped, not piled up.
const tasks = new Push({ sendHighWaterMark: 20, sendTimeout: 0, linger: 0 });
const results = new Pull({ linger: 0 });
await tasks.bind(TASKS);
await results.bind(RESULTS);

let made = 0;
let done = 0;
setInterval(() => {
  made += 1;
  tasks.send(JSON.stringify({ task: made, text: `the ${made}th thought` })).catch(() => {});
}, 200);
setInterval(() => {
  beat(made > done);
  metric('tasks_done', done, 'counter');
}, 1_000);

await answering(`tcp://${ADDRESS}:5702`, () => ({ status: 'healthy', detail: `${done} of ${made} tasks done` }));
register('orchestrator', TASKS);
onStop();
console.log('orchestrator is ready');

for await (const [frame] of results) {
  done += 1;
  if (done % 50 === 0) console.log(`${done} tasks done, the last by ${JSON.parse(String(frame)).by}`);
}
