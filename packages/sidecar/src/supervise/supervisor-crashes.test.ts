/** What agents leave behind when they end, how often they do, and whom they take along. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Rig, agent, quick, target } from './testing/rig.js';

let rig: Rig;
beforeEach(() => (rig = new Rig()));
afterEach(async () => {
  await rig.end();
  expect(processesOf({ folder: rig.folder })).toEqual([]);
});

const sh = (script: string): string[] => ['sh', '-c', script];
const ready = (name: string) =>
  eventually(() => {
    const status = rig.status(name);
    return status?.ready === true ? status : null;
  });
const ownDescriptors = (): number => readdirSync('/proc/self/fd').length;
const ownZombies = (): number =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .filter((pid) => {
      try {
        return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return false;
      }
    }).length;

const CYCLES = 1_000;

test(
  'a thousand crashes leave no process, no zombie, no descriptor, no record and no folder',
  { timeout: 300_000 },
  async () => {
    // Each leaves a child, an orphan of its session, and one that has left the session.
    const messy = '(sleep 1001 &); (setsid sleep 1002 &); sleep 1003 & exit 1';
    rig.supervisor.setTarget('app', target(rig.folder, '1', quick('calm')), 'steady');
    const calm = await ready('calm');
    const descriptors = ownDescriptors();
    rig.supervisor.setTarget(
      'app',
      target(rig.folder, '2', quick('calm'), agent('messy', { command: sh(messy) })),
      'steady',
    );
    const exits = (): number =>
      rig.events.filter(({ type, agent: name }) => type === 'agent.exited' && name === 'messy').length;
    const end = rig.supervisor.onChange(() => {
      // As a person would: so none of them waits for its turn to come.
      const state = rig.status('messy')?.state;
      if (exits() < CYCLES && (state === 'backoff' || state === 'failed'))
        void rig.supervisor.control('app', ['messy'], 'start', 'ann');
    });
    await eventually(() => exits() >= CYCLES, { timeoutMs: 280_000, describe: () => `${exits()} crashes` });
    end();
    await rig.supervisor.control('app', ['messy'], 'stop', 'ann');
    await eventually(() => expect(processesOf({ folder: rig.folder }).map(({ pid }) => pid)).toEqual([calm.pid]));
    await eventually(() => expect([ownZombies(), ownDescriptors()]).toEqual([0, descriptors]), { timeoutMs: 30_000 });
    expect(rig.status('calm')).toMatchObject({ pid: calm.pid, restarts: 0 });
    expect(readdirSync(rig.path('instances'))).toHaveLength(2);
  },
);

test('an agent that is started anew takes along who follows it, and nobody else', async () => {
  const base = quick('base');
  const follows = quick('follows', { dependsOn: [{ agent: 'base', condition: 'service_healthy', restart: true }] });
  const stays = quick('stays', { dependsOn: [{ agent: 'base', condition: 'service_healthy' }] });
  const last = quick('last', { dependsOn: [{ agent: 'follows', condition: 'service_healthy', restart: true }] });
  rig.supervisor.setTarget('app', target(rig.folder, '1', base, follows, stays, last), 'steady');
  const before = new Map(
    await Promise.all(['base', 'follows', 'stays', 'last'].map(async (name) => [name, await ready(name)] as const)),
  );
  process.kill(before.get('base')!.pid, 'SIGKILL');
  const others = (names: readonly string[]) =>
    eventually(() => {
      for (const name of names) {
        const now = rig.status(name);
        expect(now?.ready).toBe(true);
        expect(now?.incarnation).not.toBe(before.get(name)?.incarnation);
      }
    });
  await others(['base', 'follows', 'last']);
  expect(rig.status('stays')).toMatchObject({ pid: before.get('stays')!.pid });
  expect(rig.status('base')?.restarts).toBe(1);
  // It was no crash of theirs.
  expect(['follows', 'last'].map((name) => rig.status(name)?.restarts)).toEqual([0, 0]);
  const order = rig.events.filter(({ type }) => type === 'agent.ready').map(({ agent: name }) => name);
  expect(order.slice(4)).toEqual(['base', 'follows', 'last']);
  const stopped = rig.events.filter(({ type }) => type === 'agent.stopped');
  expect(stopped.map(({ agent: name, reason }) => [name, reason])).toEqual([
    ['follows', 'base was started anew'],
    ['last', 'follows was started anew'],
  ]);
});

test('what has left session and environment goes with its parent, though that goes at the first word', async () => {
  const bare = rig.path('bare');
  const command = sh(`setsid env -i sh -c 'echo $$ >${bare}; exec sleep 1000' & exec sleep 1000`);
  rig.supervisor.setTarget('app', target(rig.folder, '1', agent('parent', { command })), 'steady');
  await ready('parent');
  const pid = await eventually(() => Number(readFileSync(bare, 'utf8')) || null);
  // A session of its own, nothing of ours in its environment: only the parent tells.
  expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('OUTRIDER');
  writeFileSync(bare, '');
  await rig.supervisor.control('app', ['parent'], 'stop', 'ann');
  const alive = (): boolean => {
    try {
      return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  };
  await eventually(() => expect(alive()).toBe(false));
});
