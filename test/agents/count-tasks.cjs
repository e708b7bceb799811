// Counts a task on the bus every MILLISECONDS: count-tasks.cjs MILLISECONDS. Needs NODE_PATH to find zeromq.
const { Push } = require('zeromq');
const bus = new Push({ linger: 0, sendTimeout: 0 });
bus.connect(process.env.OUTRIDER_BUS);
let done = 0;
const say = () =>
  bus.send(JSON.stringify({ type: 'metric', name: 'tasks_done', value: done, kind: 'counter' })).catch(() => {});
setInterval(() => {
  done += 1;
}, Number(process.argv[2]));
setInterval(say, 50);
