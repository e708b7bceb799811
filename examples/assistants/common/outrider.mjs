// What the Node agents share: speaking to the host over the bus, answering its questions, leaving well.
// Runs outside Outrider too; then there is no bus and the words go nowhere.
import { Push, Reply } from 'zeromq';

export const HOST = process.env.OUTRIDER_HOST ?? 'here';
export const ADDRESS = process.env.OUTRIDER_HOST_ADDRESS ?? '127.0.0.1';

/** Nothing is queued for a host that is away: an old beat is worth nothing. */
const bus = process.env.OUTRIDER_BUS ? new Push({ sendHighWaterMark: 10, sendTimeout: 0, linger: 0 }) : undefined;
bus?.connect(process.env.OUTRIDER_BUS);

let sending = Promise.resolve();
/** One JSON frame to the bus. A ZeroMQ socket takes one send at a time, so frames wait for each other. */
function tell(frame) {
  sending = sending.then(() => bus?.send(JSON.stringify(frame))).catch(() => {});
}

let seq = 0;
export const beat = (busy = false) => tell({ type: 'beat', seq: ++seq, busy });
export const metric = (name, value, kind = 'gauge') => tell({ type: 'metric', name, value, kind });
export const report = (error_type, message, severity = 'warning') =>
  tell({ type: 'error', error_type, severity, message, context: {} });

/** Binds a REP socket. `answer(question)` gives the reply; `health()` what to say to "health_check". */
export async function answering(address, health, answer = () => 'what?') {
  const socket = new Reply({ linger: 0 });
  await socket.bind(address);
  const serve = async () => {
    for await (const [frame] of socket) {
      const question = String(frame);
      const reply = question === 'health_check' ? health() : await answer(question);
      await socket.send(typeof reply === 'string' ? reply : JSON.stringify(reply));
    }
  };
  serve().catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}

/** Says to the registry, every two seconds, where this agent is. */
export function register(name, address) {
  const registry = process.env.REGISTRY ?? `http://${ADDRESS}:8100`;
  const say = () =>
    fetch(`${registry}/register`, { method: 'POST', body: JSON.stringify({ name, address }) }).catch((error) =>
      report('registry', `cannot register: ${error.cause?.message ?? error.message}`),
    );
  void say();
  setInterval(say, 2_000);
}

/** Ends well when asked to. `needsMs`: what is under way takes that long to finish. */
export function onStop(needsMs = 0) {
  process.once('SIGTERM', () => {
    console.log('asked to stop');
    setTimeout(() => process.exit(0), needsMs);
  });
}
