// Says the number in FILE on the bus as the gauge queue_length: gauge-from-file.cjs FILE. Needs NODE_PATH to find zeromq.
const { readFileSync } = require('node:fs');
const { Push } = require('zeromq');
const bus = new Push({ linger: 0, sendTimeout: 0 });
bus.connect(process.env.OUTRIDER_BUS);
const say = () => {
  const value = Number(readFileSync(process.argv[2], 'utf8'));
  const frame = { type: 'metric', name: 'queue_length', value, kind: 'gauge' };
  bus.send(JSON.stringify(frame)).catch(() => {});
};
setInterval(say, 50);
