/** Hooks run by real processes, with real records: once, whatever becomes of the sidecar. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HookAnswer, HookAsk } from '@outrider/shared/domain/hook.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogReader } from '../../process/log-file.js';
import { LogLedger } from '../../process/log-ledger.js';
import { createLimits } from '../../process/limits.js';
import { bootId } from '../../process/process-stat.js';
import { createProcesses } from '../../process/processes.js';
import { KILLED, Scratch } from '../../process/testing/scratch.js';
import { createHookRecords, fileNameOf } from '../../store/hook-records.js';
import { createSecrets } from '../../store/secrets.js';
import type { Processes } from '../ports.js';
import { HookRunner } from './runner.js';

let scratch: Scratch;
let held: string | undefined;
let serial = 0;
let warned: string[];
const runners: HookRunner[] = [];
beforeEach(() => {
  scratch = new Scratch();
  held = undefined;
  warned = [];
  mkdirSync(scratch.path('data/secrets'), { recursive: true });
  mkdirSync(scratch.path('tree'));
});
afterEach(async () => {
  for (const runner of runners.splice(0)) runner.stop();
  await scratch.end();
});

const logFile = (id: string): string => scratch.path(`hooks/${fileNameOf(id)}.log`);
const recordsOf = () =>
  createHookRecords({ dataDir: scratch.path('data'), logFile, warn: (sentence) => warned.push(sentence) });

/** As another sidecar would begin. */
function sidecar(): HookRunner {
  const processes = createProcesses();
  const tracked: Pick<Processes, 'spawn' | 'adopt' | 'find' | 'endOf' | 'killTree'> = {
    spawn: (request) => {
      const running = processes.spawn(request);
      scratch.track(running.identity, request.incarnation);
      return running;
    },
    adopt: (...asked) => processes.adopt(...asked),
    find: (...asked) => processes.find(...asked),
    endOf: (...asked) => processes.endOf(...asked),
    killTree: (...asked) => processes.killTree(...asked),
  };
  const runner = new HookRunner({
    ...{ clock: systemClock, bootId: bootId(), processes: tracked, records: recordsOf(), logFile },
    limits: createLimits({ controllers: () => new Set(), noNewPrivileges: true, uid: process.getuid?.() ?? 0 }),
    secrets: createSecrets({ dataDir: scratch.path('data'), runDir: scratch.path('run'), warn: () => undefined }),
    logs: createLogReader(new LogLedger({ folder: scratch.path('ledger'), now: () => Date.now() })),
    host: { host: 'pc2', address: '127.0.0.1' },
    ...{ environment: 'local', ownEnvironment: { PATH: process.env['PATH'], SECRET_OF_MINE: 'x' }, bus: 'ipc:///b' },
    placeOf: () => ({ cwd: scratch.path('tree'), hosts: { pc2: '127.0.0.1' } }),
    barred: () => held,
    newId: () => `${process.pid}-${++serial}`,
    warn: (sentence) => warned.push(sentence),
  });
  runner.start();
  runners.push(runner);
  return runner;
}

const ask = (script: string, more: Partial<HookAsk> = {}): HookAsk => ({
  ...{ id: 'r1/before_rollout', app: 'a', rollout: 'r1', hook: 'before_rollout', point: 'before_rollout' },
  ...{ command: ['sh', '-c', script], secrets: [], timeoutMs: 20_000, retries: 0, from: '1', outcome: '' },
  ...{ release: { version: '2', digest: '2', specDigest: '2' }, onlyIfBegun: false },
  ...more,
});
const LONG_MS = 30_000;
const DONE: HookAnswer = { state: 'done', reason: '', log: [] };
const lines = (): number =>
  existsSync(scratch.path('tree/ran')) ? scratch.read('tree/ran').split('\n').length - 1 : 0;

it('runs in the folder of its release, with what it is told and its secrets, which are in no record', async () => {
  writeFileSync(scratch.path('data/secrets/DATABASE_URL'), 'postgres://hidden\n', { mode: 0o600 });
  const runner = sidecar();
  const script = 'env >seen; cat "$OUTRIDER_SECRETS_DIR/DATABASE_URL" >file; echo "$0" >words';
  const request = ask(script, { secrets: ['DATABASE_URL'] });
  const answer = await runner.ask({ ...request, command: [...request.command, 'on ${OUTRIDER_HOST}'] }, LONG_MS);
  expect(answer).toEqual(DONE);
  const seen = scratch.read('tree/seen').split('\n');
  expect(seen).toEqual(
    expect.arrayContaining([
      ...['OUTRIDER_ROLLOUT=r1', 'OUTRIDER_HOOK=before_rollout', 'OUTRIDER_STEP=before_rollout', 'OUTRIDER_APP=a'],
      ...['OUTRIDER_VERSION=2', 'OUTRIDER_FROM=1', 'OUTRIDER_HOST=pc2', 'DATABASE_URL=postgres://hidden'],
    ]),
  );
  expect(seen.filter((line) => /^(OUTRIDER_AGENT|NOTIFY_SOCKET|SECRET_OF_MINE)=/.test(line))).toEqual([]);
  expect([scratch.read('tree/file'), scratch.read('tree/words')]).toEqual(['postgres://hidden\n', 'on pc2\n']);
  expect(readdirSync(scratch.path('run/secrets'))).toEqual([]);
  const records = readdirSync(scratch.path('data/hooks')).map((name) => scratch.read(join('data/hooks', name)));
  expect(records.join()).not.toContain('hidden');
});

it('is begun once, however often and by however many sidecars it is asked for', async () => {
  const request = ask('echo >>ran; echo postgres://me:pw@db/x >&2; exit 3');
  const runner = sidecar();
  const all = await Promise.all([1, 2, 3].map(() => runner.ask(request, LONG_MS)));
  const failed = { state: 'failed', reason: 'sh ended with 3', log: ['postgres://(hidden)@db/x'] };
  expect([...all, await sidecar().ask(request, LONG_MS)]).toEqual(Array(4).fill(failed));
  expect(lines()).toBe(1);
});

it('answers that it runs, is tried again as it says, and is killed with all below it when its time is over', async () => {
  const runner = sidecar();
  const request = ask('echo >>ran; sleep 1000 & sleep 1001', { timeoutMs: 300, retries: 1 });
  expect(await runner.ask(request, 1)).toMatchObject({ state: 'running' });
  expect(await runner.ask(request, LONG_MS)).toMatchObject({
    ...{ state: 'failed', reason: 'sh took longer than 0.3 s (attempt 2 of 2)' },
  });
  expect(lines()).toBe(2);
});

it('goes on without its sidecar, and is taken over by the next', async () => {
  const request = ask('echo >>ran; while [ ! -e go ]; do sleep 0.05; done');
  const first = sidecar();
  await first.ask(request, 1);
  await eventually(() => expect(lines()).toBe(1));
  first.stop();
  const next = sidecar();
  expect(await next.ask(request, 1)).toMatchObject({ state: 'running' });
  writeFileSync(scratch.path('tree/go'), '');
  // How an adopted process ends, the kernel tells since 6.15; what it does not tell is no success.
  const expected = KILLED.kind === 'unknown' ? { state: 'unknown' } : DONE;
  expect(await next.ask(request, LONG_MS)).toMatchObject(expected);
  expect(lines()).toBe(1);
});

it('of which nobody knows more than that it was to begin is not begun, and its end is unknown', async () => {
  const request = ask('echo >>ran');
  recordsOf().write({
    ...{ ask: request, attempt: 1, incarnation: `hook-none-${process.pid}`, sinceBootMs: systemClock.sinceBoot() },
    ...{ bootId: bootId(), since: '', state: 'running', reason: '', log: [] },
  });
  expect(await sidecar().ask(request, LONG_MS)).toMatchObject({
    ...{ state: 'unknown', reason: 'the sidecar was started anew meanwhile, and nobody saw how sh ended' },
  });
  expect(lines()).toBe(0);
});

it('is undone once it has ended; what never began is void for ever', async () => {
  const runner = sidecar();
  const request = ask('while [ ! -e go ]; do sleep 0.05; done; echo up >>ran');
  const undo = ask('echo down >>ran', { id: 'r1/before_rollout/undo', undoes: request.id });
  await runner.ask(request, 1);
  expect(await runner.ask(undo, 1)).toMatchObject({ state: 'running' });
  writeFileSync(scratch.path('tree/go'), '');
  await eventually(async () => expect(await runner.ask(undo, 1_000)).toEqual(DONE));
  expect(scratch.read('tree/ran')).toBe('up\ndown\n');
  const other = ask('echo >>ran', { id: 'r2/before_rollout' });
  const none = { state: 'void', reason: '', log: [] };
  expect(await runner.ask({ ...undo, id: 'r2/undo', undoes: other.id }, 1)).toEqual(none);
  expect(await sidecar().ask(other, 1)).toEqual(none);
  expect(lines()).toBe(2);
});

it('does not begin on a host that is held, nor where it can neither be started nor written down', async () => {
  const runner = sidecar();
  held = 'the host is held';
  const barred = { state: 'void', reason: 'the host is held', log: [] };
  expect(await runner.ask(ask('echo >>ran'), 1)).toEqual(barred);
  held = undefined;
  expect(await runner.ask(ask('echo >>ran'), 1)).toEqual(barred);
  const missing = ask('', { id: 'r1/other', command: ['./no-such-program'] });
  const { state, reason } = await runner.ask(missing, 1);
  expect([state, reason.includes('there is no such file')]).toEqual(['void', true]);
  rmSync(scratch.path('data/hooks'), { recursive: true });
  writeFileSync(scratch.path('data/hooks'), '');
  await expect(runner.ask(ask('echo >>ran', { id: 'r1/third' }), 1)).rejects.toThrow(
    /The record .*r1\.third.* can't be read/,
  );
  expect(lines()).toBe(0);
  expect(readFileSync(scratch.path('data/hooks'), 'utf8')).toBe('');
});
