/** What a sidecar can't record, the next one can't know: it is said, and nothing is risked for it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { afterEach, expect, test } from 'vitest';
import type { SupervisionMetrics } from '../link/ports.js';
import { createRecordStore } from '../store/record-store.js';
import { agent, quick, Rig, target } from './testing/rig.js';

let rig: Rig;
afterEach(async () => {
  await rig.end();
  expect(processesOf({ folder: rig.folder })).toEqual([]);
});

const ready = (name: string) =>
  eventually(() => {
    const status = rig.status(name);
    return status?.ready === true ? status : null;
  });
/** The store's temporary file is in nobody's way but this folder's. */
const inTheWay = (): string => {
  const name = readdirSync(rig.path('instances')).find((one) => one.endsWith('.json')) ?? '';
  return join(rig.path('instances'), `${name}.${process.pid}.tmp`);
};

test('a stop that can not be recorded is done and said; once it can be, the next sidecar knows it', async () => {
  rig = new Rig();
  const one = target(rig.folder, '1', quick('one'));
  rig.supervisor.setTarget('app', one, 'steady');
  await ready('one');
  const folder = inTheWay();
  mkdirSync(folder);
  await expect(rig.supervisor.control('app', ['one'], 'stop', 'ann')).rejects.toThrow(
    /^one was asked to stop, but that could not be recorded, and a sidecar that is killed forgets it: Cannot write .*\/instances\/app%2Fone\.0.*\.json: /,
  );
  expect(rig.status('one')).toMatchObject({ state: 'exited', reason: 'stopped by ann' });
  expect(rig.supervisor.problems()).toEqual([
    expect.stringMatching(/^What is asked of app\/one\.0.* can't be recorded, .*: Cannot write /),
  ]);
  rmdirSync(folder);
  await eventually(() => expect(rig.supervisor.problems()).toEqual([]));
  rig = new Rig({}, rig.folder);
  rig.supervisor.setTarget('app', one, 'steady');
  expect(rig.status('one')).toMatchObject({ state: 'exited', reason: 'stopped by ann' });
});

test('a restart that can not be recorded leaves alone what runs', async () => {
  rig = new Rig();
  rig.supervisor.setTarget('app', target(rig.folder, '1', quick('one')), 'steady');
  const before = await ready('one');
  const folder = inTheWay();
  mkdirSync(folder);
  await expect(rig.supervisor.control('app', ['one'], 'restart', 'ann')).rejects.toThrow(
    /^one was not restarted, since that could not be recorded: Cannot write /,
  );
  expect(rig.status('one')).toMatchObject({ pid: before.pid, state: 'ready' });
  rmdirSync(folder);
  const [after] = await rig.supervisor.control('app', ['one'], 'restart', 'ann');
  expect(after?.state).toBe('ready');
  expect(after?.pid).not.toBe(before.pid);
});

test('starts that never came to a process are no restarts, and the file that was in the way is named', async () => {
  rig = new Rig();
  rig.supervisor.setTarget('app', target(rig.folder, '1', quick('one')), 'steady');
  const before = await ready('one');
  const folder = inTheWay();
  mkdirSync(folder);
  process.kill(before.pid, 'SIGKILL');
  await eventually(() => expect(rig.types('one').filter((type) => type === 'agent.exited').length).toBeGreaterThan(3));
  expect(rig.status('one')?.restarts).toBe(0);
  expect(rig.status('one')?.reason).toMatch(/^could not start: Cannot write .*\/instances\/app%2Fone/);
  rmdirSync(folder);
  await ready('one');
  expect(rig.status('one')?.restarts).toBe(1);
});

test('no start is lost from the counts with the sidecar, wherever it is killed', async () => {
  const counted: number[] = [];
  const metrics: SupervisionMetrics = {
    ...{ exited: () => undefined, restarted: () => undefined, probed: () => undefined },
    judged: () => undefined,
    started: (_app, _agent, count) => counted.push(count),
  };
  const folder = mkdtempSync(join(tmpdir(), 'outrider-rig-'));
  const records = createRecordStore({ runDir: folder, now: () => 0, onUnreadable: () => undefined });
  const written: [string, unknown][] = [];
  const remembering = {
    ...records,
    write: (key: string, record: unknown): void => {
      written.push([key, record]);
      records.write(key, record);
    },
  };
  rig = new Rig({ metrics, records: remembering }, folder);
  const earlier = [rig];
  rig.supervisor.setTarget('app', target(rig.folder, '1', agent('one')), 'steady');
  expect(rig.status('one')?.pid).toBeGreaterThan(0);
  expect(counted.splice(0)).toEqual([1]);
  const [before, after] = written;
  // Killed after the process was recorded, and before: then it is found by its mark.
  for (const [key, record] of [after!, before!]) {
    records.write(key, record);
    rig = new Rig({ metrics }, folder);
    earlier.push(rig);
    expect(counted.splice(0).reduce((sum, count) => sum + count)).toBe(1);
  }
  // None of them was killed: each would start it again.
  await Promise.all(earlier.map((one) => one.end()));
});

test('the next sidecar sends no second signal to what was asked to end, and waits for what is left of its time', async () => {
  rig = new Rig();
  const command = ['sh', '-c', 'trap "echo term >> terms" TERM; while [ ! -e go ]; do sleep 0.05; done; sleep 0.2'];
  rig.supervisor.setTarget('app', target(rig.folder, '1', agent('one', { command, stopGraceMs: 600_000 })), 'steady');
  await ready('one');
  const stopping = rig.supervisor.control('app', ['one'], 'stop', 'ann');
  expect(rig.parts.records.load()).toMatchObject([{ record: { instance: { state: 'draining', signalled: true } } }]);
  const next = new Rig({}, rig.folder);
  expect(next.status('one')?.state).toBe('draining');
  writeFileSync(rig.path('go'), '');
  await stopping;
  await eventually(() => next.status('one')?.state === 'exited');
  expect(readFileSync(rig.path('terms'), 'utf8')).toBe('term\n');
  rig = next;
});
