// Looks at pictures. A camera hands in ten frames a second; each is looked at and let go.
import { ADDRESS, answering, beat, metric, onStop } from '../common/outrider.mjs';

const MODEL = 'tiny-1';
const SEEN = ['a cup', 'a cat', 'a keyboard', 'a window', 'nothing new'];
/** More frames than this waiting means that looking no longer keeps up. */
const MOST_WAITING = 25;

const waiting = [];
let frame = 0;
setInterval(() => {
  waiting.push((frame += 1));
  waiting.shift();
}, 100);
setInterval(() => {
  beat(waiting.length > 0);
  metric('frames_waiting', waiting.length);
}, 1_000);

const health = () =>
  waiting.length > MOST_WAITING
    ? { status: 'unhealthy', detail: `${waiting.length} frames are waiting, ${MOST_WAITING} are allowed` }
    : { status: 'healthy', detail: `${MODEL}, ${frame} frames seen` };

await answering(`tcp://${ADDRESS}:5720`, health, (question) => {
  const number = Number(question.split(' ')[1]) || 0;
  return `${MODEL} sees ${SEEN[number % SEEN.length]}`;
});
// The picture that it looks at takes a second more.
onStop(1_000);
console.log(`vision is ready, with the model ${MODEL}`);
