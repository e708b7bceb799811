// Reports an error on the bus ten times a second: many-errors.cjs [SEVERITY]. Needs NODE_PATH to find zeromq.
const { Push } = require('zeromq');
const bus = new Push({ linger: 0, sendTimeout: 0 });
bus.connect(process.env.OUTRIDER_BUS);
const severity = process.argv[2] ?? 'error';
const frame = JSON.stringify({ type: 'error', error_type: 'trouble', severity, message: 'again', context: {} });
setInterval(() => bus.send(frame).catch(() => {}), 100);
