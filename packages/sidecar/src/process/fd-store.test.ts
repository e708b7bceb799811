/** Descriptors from and for systemd, with a program that plays it; see test/e2e/lab-sockets.test.ts for the real one. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FdStore, storable } from './fd-store.js';
import { takePassedDescriptors } from './listen-fds.js';
import { takesConnections } from './testing/callers.js';
import { Manager } from './testing/manager.js';
import { Scratch } from './testing/scratch.js';

let scratch: Scratch;
let manager: Manager | undefined;
beforeEach(() => (scratch = new Scratch()));
afterEach(async () => {
  await manager?.end();
  manager = undefined;
  await scratch.end();
});

/** Holds sockets for an app as a sidecar does, says what it has, and does what it reads in a file. */
const SERVICE = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const [, , built, folder, specs] = process.argv;
const { FdStore } = await import(built + '/fd-store.js');
const { createSockets } = await import(built + '/sockets.js');
const store = new FdStore();
const sockets = createSockets(store);
const before = sockets.undeclared;
let held, problem;
sockets.recover('app', 'one', JSON.parse(specs), undefined);
const gap = sockets.gap(JSON.parse(specs)) ?? null;
try {
  held = sockets.hold('app', 'one', JSON.parse(specs));
} catch (error) {
  problem = error.message;
}
const { undeclared, problems } = sockets;
const told = { before, gap, held, problem, undeclared, problems, listen: process.env.LISTEN_FDS ?? null };
writeFileSync(folder + '/told', JSON.stringify({ ...told, pid: process.pid }));
setInterval(() => {
  if (existsSync(folder + '/release')) sockets.release('app', JSON.parse(readFileSync(folder + '/release', 'utf8')));
}, 10);
`;

interface Told {
  readonly pid: number;
  readonly before: readonly string[];
  readonly held?: readonly { readonly name: string; readonly address: string }[];
  readonly problem?: string;
  /** Of a sidecar that looks for what an earlier one has left. */
  readonly gap: string | null;
  readonly undeclared: readonly string[];
  readonly problems: readonly string[];
  readonly listen: string | null;
}

const BUILT = fileURLToPath(new URL('../../dist/process', import.meta.url));

async function service(specs: readonly object[]): Promise<Told> {
  writeFileSync(scratch.path('service.mjs'), SERVICE);
  const words = [process.execPath, scratch.path('service.mjs'), BUILT, scratch.folder, JSON.stringify(specs)];
  const pid = await manager!.start(...words);
  return eventually(() => {
    const told = JSON.parse(scratch.read('told')) as Told;
    return told.pid === pid ? told : null;
  });
}

const noPython = spawnSync('python3', ['--version']).status !== 0;

describe.skipIf(noPython)('with systemd', () => {
  test('what a sidecar opened is still open when it is dead, and the next one has it, by its address', async () => {
    manager = new Manager(scratch.path('notify'), []);
    const path = scratch.path('agent:1.sock');
    const specs = [
      { name: 'v4', listen: '127.0.0.1:0' },
      { name: 'v6', listen: '[::1]:0' },
      { name: 'path', listen: path, mode: 0o600 },
      { name: 'abstract', listen: `@outrider-test-${process.pid}` },
    ];
    const first = await service(specs);
    expect(first).toMatchObject({ before: [], problems: [], undeclared: [] });
    await eventually(() => manager?.stored.length === 4);
    expect(manager.stored).toContain(`socket.app/${scratch.folder}/agent%3a1.sock`);
    await manager.kill();
    for (const { address } of first.held!) expect(await takesConnections(address), address).toBe(true);

    const second = await service(specs);
    // The very same ones: ports that the kernel chose are known again by what was declared.
    expect(second.held).toEqual(
      first.held!.map((held) => expect.objectContaining({ address: held.address }) as object),
    );
    expect([second.listen, second.gap]).toEqual([null, null]);
    expect(first.gap).toContain('was not kept');
    expect(manager.heard.every((message) => /^FDSTORE=1\nFDNAME=[^:\n]+(:?)\nFDPOLL=0$/.test(message))).toBe(true);
    expect(manager.heard).toHaveLength(4);
  });

  test('what is no longer declared is closed everywhere, whether it was opened or found', async () => {
    manager = new Manager(scratch.path('notify'), []);
    const path = scratch.path('x.sock');
    const specs = [
      { name: 'kept', listen: '127.0.0.1:0' },
      { name: 'gone', listen: path },
    ];
    const first = await service(specs);
    await eventually(() => manager?.stored.length === 2);
    await manager.kill();
    // Another release is active by now: nobody asks for the second one.
    const second = await service([specs[0]!]);
    expect(second.undeclared).toEqual([expect.stringContaining(`${path} (socket.app/`)]);
    writeAtomically(scratch.path('release'), JSON.stringify([specs[0]]));
    await eventually(() => manager?.stored.length === 1);
    await eventually(async () => !(await takesConnections(path)));
    writeAtomically(scratch.path('release'), '[]');
    await eventually(() => manager?.stored.length === 0);
    expect(await takesConnections(first.held![0]!.address)).toBe(false);
  });

  test('a socket of a unit is passed on under the name of its agent, and stays open without one', async () => {
    const units = [
      ['web.socket', '127.0.0.1:0'],
      ['other.socket', '[::1]:0'],
    ] as const;
    manager = new Manager(scratch.path('notify'), units);
    const seen = await service([]);
    const [web = '', other = ''] = seen.before.map((text) => text.split(' ')[0]!);
    expect(seen.before).toEqual([`${web} (web.socket)`, `${other} (other.socket)`]);
    await manager.kill();

    const told = await service([{ name: 'http', listen: web }]);
    expect(told.held).toEqual([expect.objectContaining({ name: 'http', address: web })]);
    expect(told.undeclared).toEqual([`${other} (other.socket)`]);
    // It is systemd's own: nothing is to be stored, and a release leaves it open.
    writeAtomically(scratch.path('release'), '[]');
    await manager.kill();
    expect(manager.stored).toEqual([]);
    expect(await takesConnections(web)).toBe(true);
    expect(await takesConnections(other)).toBe(true);
  });

  test('a full manager is told again when it has room', async () => {
    manager = new Manager(scratch.path('notify'), []);
    const many = Array.from({ length: 60 }, (_, index) => ({ name: `s${index}`, listen: scratch.path(`${index}`) }));
    await service(many);
    await eventually(() => manager?.stored.length === 60);
  });
});

test.each<Record<string, string>>([
  {},
  { LISTEN_FDS: '1', LISTEN_PID: '1', LISTEN_FDNAMES: 'x' },
  { LISTEN_FDS: 'many', LISTEN_PID: String(process.pid) },
  { LISTEN_FDS: '-1', LISTEN_PID: String(process.pid) },
  { LISTEN_FDS: '0', LISTEN_PID: String(process.pid) },
])('with %j nothing is taken, and the variables are gone', (given) => {
  const env: Record<string, string | undefined> = { ...given, OTHER: 'x' };
  expect(takePassedDescriptors(env)).toEqual([]);
  expect(env).toEqual({ OTHER: 'x' });
});

test('without systemd nothing is kept and nothing fails', () => {
  for (const env of [{}, { NOTIFY_SOCKET: 'relative' }, { NOTIFY_SOCKET: '/no/such/socket' }]) {
    const store = new FdStore(env);
    expect(() => {
      store.store('socket.x', 0);
      store.remove('socket.x');
    }).not.toThrow();
    expect(store.inherited.size).toBe(0);
  }
});

test.each([
  ['socket.app/127.0.0.1:80', 'socket.app/127.0.0.1%3a80'],
  ['a%3ab', 'a%253ab'],
  ['/run/häfen\n', '/run/h%c3%a4fen%0a'],
  ['x'.repeat(300), 'x'.repeat(255)],
])('%j is stored as %j', (text, name) => {
  expect(storable(text)).toBe(name);
});
