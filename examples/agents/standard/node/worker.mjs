// A worker with nothing but Node: beats, says what it has done, and ends between two tasks.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tell } from './bus.mjs';

const TASK_SECONDS = Number(process.env.TASK_SECONDS ?? 1);
const DONE = 'data/node-worker/done'; // of the data folder: it outlives the release

let leaving = false;
let busy = false;
let seq = 0;
const beat = () => tell({ type: 'beat', seq: (seq += 1), busy });
const log = (message, more) => console.log(JSON.stringify({ message, version: process.env.OUTRIDER_VERSION, ...more }));

/** What the host has under this name, where agents.yaml asks for it. */
function secret(name) {
  const folder = process.env.OUTRIDER_SECRETS_DIR;
  return folder === undefined ? undefined : readFileSync(`${folder}/${name}`, 'utf8').replace(/\n$/, '');
}

async function work(number) {
  await pause(TASK_SECONDS * 1_000);
  if (number % 3 === 0) throw new Error(`no answer after ${TASK_SECONDS} s`);
}

process.once('SIGTERM', () => {
  leaving = true;
  log('asked to end');
  // The task may take longer than the grace period.
  tell({ type: 'extend', seconds: TASK_SECONDS + 5 });
});

mkdirSync(dirname(DONE), { recursive: true });
const before = existsSync(DONE) ? Number(readFileSync(DONE, 'utf8')) : 0;
let done = before;
log('ready', { done, has_key: secret('MODEL_KEY') !== undefined });
beat();
setInterval(beat, 1_000).unref();
while (!leaving) {
  busy = true;
  await work(done + 1).catch((problem) =>
    tell({ type: 'error', error_type: 'timeout', severity: 'warning', message: problem.message }),
  );
  busy = false;
  done += 1;
  writeFileSync(DONE, String(done));
  tell({ type: 'metric', name: 'tasks_done', value: done - before, kind: 'counter' }); // since its start
}
log('ended between two tasks', { done });
