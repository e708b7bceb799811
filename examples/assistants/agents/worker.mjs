// One of a fleet: takes a task, thinks about it, says what came out.
import { createHash } from 'node:crypto';
import { Pull, Push } from 'zeromq';
import { ADDRESS, beat, metric, onStop } from '../common/outrider.mjs';

const SKILL = 'counting';
const NAME = `worker.${process.env.OUTRIDER_INSTANCE ?? 0}`;
const ROUNDS = Number(process.env.HASH_ROUNDS ?? 200);

const tasks = new Pull({ receiveHighWaterMark: 5, linger: 0 });
const results = new Push({ sendHighWaterMark: 20, sendTimeout: 0, linger: 0 });
tasks.connect(`tcp://${ADDRESS}:5700`);
results.connect(`tcp://${ADDRESS}:5701`);

let busy = false;
let done = 0;
beat();
setInterval(() => {
  beat(busy);
  metric('thoughts', done, 'counter');
}, 1_000);
onStop();
console.log(`${NAME} is good at ${SKILL}`);

for await (const [frame] of tasks) {
  busy = true;
  const { task, text } = JSON.parse(String(frame));
  let thought = text;
  for (let round = 0; round < ROUNDS; round += 1) thought = createHash('sha256').update(thought).digest('hex');
  await results.send(JSON.stringify({ task, by: NAME, thought })).catch(() => {});
  done += 1;
  busy = false;
}
