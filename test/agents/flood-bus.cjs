// Fills the bus: good frames, frames that are not JSON, frames without a type, frames of 100 KiB. Needs NODE_PATH to find zeromq.
const { Push } = require('zeromq');
const bus = new Push({ linger: 0, sendHighWaterMark: 1000 });
bus.connect(process.env.OUTRIDER_BUS);
const frames = [JSON.stringify({ type: 'beat', seq: 1, busy: false }), 'not json', '{}', 'x'.repeat(100 * 1024)];
(async () => {
  for (let i = 0; ; i += 1) await bus.send(frames[i % frames.length]);
})();
