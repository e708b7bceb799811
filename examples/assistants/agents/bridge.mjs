// Carries questions between hosts: asks the other hosts' bridges, and passes on what they ask of this one.
import { Request } from 'zeromq';
import { ADDRESS, HOST, answering, beat, metric, onStop, report } from '../common/outrider.mjs';

const PORT = 5710;
const VISION = `tcp://${ADDRESS}:5720`;
/** The host where pictures are looked at; the others are only greeted. */
const VISION_HOST = process.env.VISION_HOST ?? 'pc2';
/** Name to address of every host; this one's own is left out. */
const others = Object.entries(JSON.parse(process.env.OUTRIDER_HOSTS ?? '{}')).filter(([name]) => name !== HOST);

/** Asks once and waits so long at most; a socket of its own each time, so that a lost answer blocks nothing. */
async function ask(address, question, withinMs = 2_000) {
  const socket = new Request({ linger: 0, receiveTimeout: withinMs, sendTimeout: withinMs });
  try {
    socket.connect(address);
    await socket.send(question);
    return String((await socket.receive())[0]);
  } finally {
    socket.close();
  }
}

let silent = others.map(([name]) => name);
let frame = 0;

/** A host that is away makes this bridge degraded, never unhealthy: a restart here would mend nothing there. */
const health = () =>
  silent.length === 0
    ? { status: 'healthy', detail: `${others.length} other hosts answer` }
    : { status: 'degraded', detail: `no answer from ${silent.join(', ')}` };

await answering(`tcp://${ADDRESS}:${PORT}`, health, async (question) => {
  if (!question.startsWith('look ')) return `hello from ${HOST}`;
  return ask(VISION, question, 500).catch(() => 'nobody looks here');
});
onStop();
console.log(`bridge of ${HOST} is open`);

for (;;) {
  const still = [];
  for (const [name, address] of others) {
    const began = performance.now();
    try {
      const answer = await ask(`tcp://${address}:${PORT}`, name === VISION_HOST ? `look ${(frame += 1)}` : 'hello');
      metric('bridge_seconds', (performance.now() - began) / 1000);
      if (frame % 20 === 1) console.log(`${name}: ${answer}`);
    } catch {
      still.push(name);
    }
  }
  if (still.length > 0 && silent.length === 0) report('bridge', `no answer from ${still.join(', ')}`);
  silent = still;
  beat();
  await new Promise((resolve) => setTimeout(resolve, 500));
}
