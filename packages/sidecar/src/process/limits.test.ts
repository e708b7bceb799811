import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { agent } from '../supervise/testing/rig.js';
import { createLimits, type MachineLimits } from './limits.js';
import { Scratch } from './testing/scratch.js';
import { credentialsOf } from './users.js';

const BARE: MachineLimits = { controllers: () => new Set(), noNewPrivileges: false, uid: 0 };
const FULL: MachineLimits = { ...BARE, controllers: () => new Set(['memory', 'cpu', 'pids'] as const) };
const isRoot = process.getuid?.() === 0;

const problem = (given: Partial<HostAgent>, machine = BARE): string | undefined =>
  createLimits(machine).problemOf(agent('vision', given));

test.each<[Partial<HostAgent>, RegExp]>([
  [{ user: 'no-such-user' }, /^agents\.vision\.user "no-such-user" is no user of this host: create it \(useradd/],
  [{ user: 'nobody:no-such-group' }, /names the group no-such-group, which this host does not have\.$/],
  [{ user: '54321' }, /^agents\.vision\.user "54321" has no group: write UID:GID\.$/],
  [{ resources: { cpus: 1 } }, /^agents\.vision\.resources\.cpus needs a control group .*outrider-agents\.service/],
  [{ resources: { pids: 9 } }, /^agents\.vision\.resources\.pids needs a control group/],
  [
    { resources: { openFiles: 2 ** 40 } },
    /^agents\.vision\.resources\.open_files is \d+; this host allows at most \d+/,
  ],
])('%j is refused on a machine without control groups', (given, sentence) => {
  expect(problem(given)).toMatch(sentence);
});

test.each<[Partial<HostAgent>, MachineLimits]>([
  [{}, BARE],
  [{ user: 'nobody' }, BARE],
  [{ user: '54321:54321' }, BARE],
  [{ resources: { memoryBytes: 1 << 30, openFiles: 1024 } }, BARE],
  [{ user: 'nobody', resources: { pids: 9 } }, BARE],
  [{ resources: { memoryBytes: 1 << 30, cpus: 0.5, pids: 9, openFiles: 64 } }, FULL],
  [{ noNewPrivileges: false }, BARE],
])('%j can be applied', (given, machine) => {
  expect(problem(given, machine)).toBeUndefined();
});

test('another user needs root, and rights that are given up can not be had again', () => {
  expect(problem({ user: 'nobody' }, { ...BARE, uid: 1000 })).toMatch(/only a sidecar that runs as root/);
  expect(problem({ user: '1000:1000' }, { ...BARE, uid: 1000 })).toBeUndefined();
  expect(problem({ noNewPrivileges: false }, { ...BARE, noNewPrivileges: true })).toMatch(
    /^agents\.vision\.no_new_privileges is false, but the sidecar .* write "no_new_privileges: false" in its sidecar\.yaml\.$/,
  );
});

describe('a program', () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.end());

  const run = async (given: Partial<HostAgent>, script: string, machine = BARE): Promise<string> => {
    chmodSync(scratch.folder, 0o755);
    const confinement = createLimits(machine).confinementOf(agent('vision', given));
    const { ended } = scratch.start({ command: ['sh', '-c', script], confinement });
    await ended;
    return scratch.read('log').trim();
  };

  test('has the limits of its process that it was given', async () => {
    const resources = { memoryBytes: 64 << 20, openFiles: 77 };
    expect(await run({ resources }, 'ulimit -d; ulimit -n; ulimit -Hn')).toBe(`${64 << 10}\n77\n77`);
  });

  test('that takes more memory than it may is refused it, and no other is', async () => {
    const greedy = `${process.execPath} -e "Buffer.alloc(256 << 20, 1); console.log('had it')" 2>&1 | tail -1`;
    expect(await run({ resources: { memoryBytes: 128 << 20 } }, greedy)).not.toContain('had it');
    expect(await run({}, greedy)).toContain('had it');
  });

  test('can not gain rights, unless it is let', async () => {
    const look = 'grep NoNewPrivs /proc/self/status';
    expect(await run({}, look)).toBe('NoNewPrivs:\t1');
    expect(await run({ noNewPrivileges: false }, `${look} >&2`)).toMatch(/NoNewPrivs:\t0$/);
  });

  test.skipIf(!isRoot)('runs as the user it names, with its groups and nothing of root', async () => {
    const id = await run({ user: 'nobody' }, 'id -u; id -g; id -G; cat /proc/1/environ || echo no');
    const groups = execFileSync('id', ['-G', 'nobody'], { encoding: 'utf8' }).trim();
    const { uid, gid } = credentialsOf('nobody') as { uid: number; gid: number };
    expect(id.split('\n').filter((line) => !line.includes('environ'))).toEqual([`${uid}`, `${gid}`, groups, 'no']);
  });

  test.skipIf(!isRoot)('of another user can not start more processes than it may', async () => {
    const fork = 'for i in 1 2 3 4 5 6; do sleep 0.3 & done; wait; echo all';
    expect(await run({ user: '54321:54321', resources: { pids: 3 } }, fork)).toMatch(/fork/);
  });

  test('whose limit can not be set ends before it begins, and says why', async () => {
    const { ended } = scratch.start({
      command: ['echo', 'began'],
      confinement: { noNewPrivileges: false, openFiles: 2 ** 40 },
    });
    expect(await ended).toEqual({ kind: 'code', code: 126 });
    expect(scratch.read('log')).toMatch(/ulimit/);
    expect(scratch.read('log')).not.toContain('began');
  });

  test('keeps its pid through all of it, for LISTEN_PID and for its record', async () => {
    writeFileSync(scratch.path('pid'), '');
    const { identity } = scratch.start({
      command: ['sh', '-c', `echo $$ >${scratch.path('pid')}; exec sleep 1000`],
      confinement: { noNewPrivileges: true, openFiles: 64 },
    });
    await eventually(() => expect(scratch.read('pid')).toBe(`${identity.pid}\n`));
  });
});
