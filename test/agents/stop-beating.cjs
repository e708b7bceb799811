// Beats on the bus for SECONDS, then lives on in silence: stop-beating.cjs SECONDS. Needs NODE_PATH to find zeromq.
const { Push } = require('zeromq');
const bus = new Push({ linger: 0, sendTimeout: 0 });
bus.connect(process.env.OUTRIDER_BUS);
let seq = 0;
const timer = setInterval(
  () => bus.send(JSON.stringify({ type: 'beat', seq: ++seq, busy: false })).catch(() => {}),
  100,
);
setTimeout(() => clearInterval(timer), Number(process.argv[2] ?? 2) * 1000);
setInterval(() => {}, 1_000);
