// A swap under load: an HTTP agent is asked 640 times a second while it is replaced by its next version.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { now } from '../run.mjs';

const WORKERS = 16;
const PERIOD_MS = 25;
const BEFORE_MS = 1_500;
const START_MS = 40_000;

export async function swap(run, { keepAlive, loadS }) {
  const { place, dir, stamps, adapter } = run;
  const port = await freePort();
  const versionFile = join(dir, 'version');
  writeFileSync(versionFile, '1');
  await adapter.prepareSwap({ port, versionFile, stamps: stamps.path });
  await adapter.start();
  if (!(await stamps.until(({ byId }) => byId.size > 0, START_MS))) throw new Error('The HTTP agent did not start.');
  await pause(BEFORE_MS);
  const words = [port, loadS, WORKERS, PERIOD_MS, keepAlive ? 1 : 0].map(String);
  const load = place.run(dir, [process.execPath, place.load, ...words]);
  await pause(BEFORE_MS);
  writeFileSync(versionFile, '2');
  const began = now();
  await adapter.swap();
  const { out, err } = await load;
  if (out === '') throw new Error(`The load ended early: ${err}`);
  return figuresOf(JSON.parse(out), began, keepAlive ? 'On' : 'Off');
}

function figuresOf(told, began, suffix) {
  const failed = Object.values(told.failures).reduce((sum, count) => sum + count, 0);
  const arrived = told.firstOf[2] !== undefined;
  const last = Math.max(told.lastOf[1] ?? 0, told.lastFailure);
  const figures = { failed, failures: told.failures, sent: told.sent, longestGapMs: told.gapMs, slowestMs: told.maxMs };
  const swappedS = arrived ? (last - began) / 1e9 : undefined;
  return Object.fromEntries(Object.entries({ ...figures, swappedS }).map(([key, value]) => [`${key}${suffix}`, value]));
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
