// Asks an HTTP server at a steady pace and counts every failure: load.mjs PORT SECONDS WORKERS PERIOD_MS KEEPALIVE(0|1).
// Prints one JSON document: how many were sent, which version answered how often and until when, what failed and when.
import { Agent, get } from 'node:http';

const [port, seconds, workers, periodMs, keepAlive] = process.argv.slice(2).map(Number);
const TIMEOUT_MS = 5_000;
const agent = new Agent({ keepAlive: keepAlive === 1, maxSockets: workers });
const now = () => Number(process.hrtime.bigint());
const began = now();
const told = {
  sent: 0,
  answers: {},
  failures: {},
  lastOf: {},
  firstOf: {},
  firstFailure: 0,
  lastFailure: 0,
  gapMs: 0,
  ms: [],
};
let lastAnswer = began;

function failed(kind) {
  told.failures[kind] = (told.failures[kind] ?? 0) + 1;
  told.firstFailure ||= now();
  told.lastFailure = now();
}

function answered(version, since) {
  const at = now();
  told.answers[version] = (told.answers[version] ?? 0) + 1;
  told.firstOf[version] ??= at;
  told.lastOf[version] = at;
  told.gapMs = Math.max(told.gapMs, (at - lastAnswer) / 1e6);
  told.ms.push((at - since) / 1e6);
  lastAnswer = at;
}

function ask() {
  const since = now();
  told.sent += 1;
  return new Promise((resolve) => {
    let over = false;
    const settle = (act) => {
      if (over) return;
      over = true;
      act();
      resolve();
    };
    const request = get({ host: '127.0.0.1', port, agent, timeout: TIMEOUT_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text));
      response.on('error', () => settle(() => failed('CUT_SHORT')));
      response.on('end', () =>
        settle(() => (response.statusCode === 200 ? answered(body, since) : failed(`HTTP_${response.statusCode}`))),
      );
    });
    request.on('timeout', () => request.destroy(Object.assign(new Error('too late'), { code: 'TIMEOUT' })));
    request.on('error', (error) => settle(() => failed(error.code ?? error.message)));
  });
}

async function work(index) {
  let next = began + (index * periodMs * 1e6) / workers;
  while (now() < began + seconds * 1e9) {
    const waitMs = (next - now()) / 1e6;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    next = Math.max(next, now() - periodMs * 1e6) + periodMs * 1e6;
    await ask();
  }
}

await Promise.all(Array.from({ length: workers }, (_, index) => work(index)));
const { ms, ...rest } = told;
const sorted = ms.sort((a, b) => a - b);
console.log(JSON.stringify({ ...rest, p99Ms: sorted[Math.floor(sorted.length * 0.99)], maxMs: sorted.at(-1) }));
process.exit(0);
