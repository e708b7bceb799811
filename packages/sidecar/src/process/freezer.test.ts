import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProcessIdentity } from '../agent/identity.js';
import { CgroupHome } from './cgroup.js';
import { createProcesses } from './processes.js';
import { Scratch, marked } from './testing/scratch.js';

let scratch: Scratch;
beforeEach(() => (scratch = new Scratch()));
afterEach(() => scratch.end());

const stateOf = (pid: number): string => /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? '';
const sizeOf = (name: string): number => statSync(scratch.path(name)).size;

/** Long enough for a process that gets any time at all. */
async function expectStill(name: string): Promise<void> {
  const before = sizeOf(name);
  // Another program of the same kind writes meanwhile.
  const clock = scratch.start({ command: ['sh', '-c', 'for i in 1 2 3 4 5; do sleep 0.1; done'] });
  await clock.ended;
  expect(sizeOf(name)).toBe(before);
}

async function expectGoingOn(name: string): Promise<void> {
  const before = sizeOf(name);
  await eventually(() => expect(sizeOf(name)).toBeGreaterThan(before));
}

const WRITES = 'while :; do echo x >>out; sleep 0.02; done';

test('stops a process with all below it, in whatever session, and lets it go on', async () => {
  const { identity, incarnation } = scratch.start({
    command: ['sh', '-c', `setsid sh -c '${WRITES}' & ${WRITES.replace('out', 'own')}`],
  });
  await eventually(() => [sizeOf('out'), sizeOf('own')]);
  expect(await scratch.processes.freeze(identity, incarnation)).toBeUndefined();
  const members = marked(incarnation);
  expect(members.length).toBeGreaterThan(1);
  expect(new Set(members.map(stateOf))).toEqual(new Set(['T']));
  await expectStill('out');
  // Once more is the same.
  expect(await scratch.processes.freeze(identity, incarnation)).toBeUndefined();
  scratch.processes.thaw(identity, incarnation);
  await expectGoingOn('out');
  await expectGoingOn('own');
});

test('stops one that forks all the time', async () => {
  const { identity, incarnation } = scratch.start({
    command: ['sh', '-c', 'while :; do (echo x >>out) & wait; done'],
  });
  await eventually(() => expect(sizeOf('out')).toBeGreaterThan(10));
  expect(await scratch.processes.freeze(identity, incarnation)).toBeUndefined();
  expect(new Set(marked(incarnation).map(stateOf))).toEqual(new Set(['T']));
  await expectStill('out');
  scratch.processes.thaw(identity, incarnation);
  await expectGoingOn('out');
});

const VFORKS = `
import os
os.mkfifo('gate')
# The child opens it before it becomes another program, and waits there for a writer.
os.posix_spawn('/bin/sleep', ['sleep', '600'], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 0, 'gate', os.O_RDONLY, 0)])
while True: os.wait()
`;

test('stops one that waits until its child has become another program', async () => {
  const { identity, incarnation } = scratch.start({ command: ['python3', '-c', VFORKS] });
  await eventually(() => expect(stateOf(identity.pid)).toBe('D'));
  // Has looked, and stopped what it could, when it returns.
  const frozen = scratch.processes.freeze(identity, incarnation);
  await (await open(scratch.path('gate'), 'w')).close();
  expect(await frozen).toBeUndefined();
  expect(new Set(marked(incarnation).map(stateOf))).toEqual(new Set(['T']));
});

test('another sidecar thaws what this one has frozen, and can end it while it is frozen', async () => {
  const { identity, incarnation, ended } = scratch.start({ command: ['sh', '-c', `sh -c '${WRITES}'`] });
  await eventually(() => sizeOf('out'));
  await scratch.processes.freeze(identity, incarnation);
  const next = createProcesses();
  next.adopt(identity);
  next.thaw(identity, incarnation);
  await expectGoingOn('out');
  expect(await next.freeze(identity, incarnation)).toBeUndefined();
  await expectStill('out');
  await next.killTree(identity, incarnation);
  expect(await ended).toEqual({ kind: 'signal', signal: 'SIGKILL' });
  expect(marked(incarnation)).toEqual([]);
});

const SERVER = `
const { createServer } = require('node:net');
const { createConnection } = require('node:net');
createServer((socket) => socket.on('data', (data) => socket.write(data))).listen(process.argv[1], '127.0.0.1', function () {
  console.log('at ' + JSON.stringify(this.address()));
});
if (process.argv[2]) createConnection(Number(process.argv[2]), '127.0.0.1');
`;

async function serving(...args: string[]): Promise<{ identity: ProcessIdentity; incarnation: string; to: number }> {
  const started = scratch.start({ command: [process.execPath, '-e', SERVER, ...args] });
  const line = await eventually(() => /^at (.*)$/m.exec(scratch.read('log'))?.[1] ?? null);
  const address = JSON.parse(line) as { port?: number };
  return { ...started, to: address.port ?? 0 };
}

async function asked(socket: Socket): Promise<string> {
  const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  socket.write('hello');
  return answer;
}

test.each(['tcp', 'unix'])('does not stop one that has a %s connection in hand', async (kind) => {
  const path = scratch.path('sock');
  const { identity, incarnation, to } = await serving(kind === 'tcp' ? '0' : path);
  const client = kind === 'tcp' ? connect(to, '127.0.0.1') : connect(path);
  expect(await asked(client)).toBe('hello');
  expect(await scratch.processes.freeze(identity, incarnation)).toBe('it has a connection open');
  expect(stateOf(identity.pid)).not.toBe('T');
  expect(await asked(client)).toBe('hello');
  client.destroy();
  await eventually(async () => expect(await scratch.processes.freeze(identity, incarnation)).toBeUndefined());
  expect(stateOf(identity.pid)).toBe('T');
});

test('what it has opened itself is not in its hand', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  const open = new Promise<Socket>((resolve) => server.once('connection', resolve));
  try {
    await eventually(() => server.address());
    const { identity, incarnation } = await serving('0', String((server.address() as { port: number }).port));
    await open;
    expect(await scratch.processes.freeze(identity, incarnation)).toBeUndefined();
  } finally {
    (await open).destroy();
    server.close();
  }
});

const mount = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) => existsSync(join(path, 'cgroup.procs')));
const folder = join(mount ?? '/nowhere', `outrider-freezer-test-${process.pid}`);

function canBeMade(): boolean {
  try {
    mkdirSync(folder);
    const can = existsSync(join(folder, 'cgroup.freeze'));
    rmdirSync(folder);
    return can;
  } catch {
    return false;
  }
}

describe.skipIf(!canBeMade())('in a control group', () => {
  let grouped: Scratch;
  beforeEach(() => {
    mkdirSync(folder);
    grouped = new Scratch(new CgroupHome(folder));
  });
  afterEach(async () => {
    await grouped.end();
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) await eventually(() => rmdirSync(join(folder, entry.name)));
    }
    rmdirSync(folder);
  });

  test('its freezer does it, and what is frozen can be ended', async () => {
    const { identity, incarnation, ended } = grouped.start({ command: ['sh', '-c', `sh -c '${WRITES}'`] });
    const freezer = join(identity.cgroup!, 'cgroup.freeze');
    await eventually(() => statSync(grouped.path('out')).size);
    expect(await grouped.processes.freeze(identity, incarnation)).toBeUndefined();
    expect(readFileSync(freezer, 'latin1')).toBe('1\n');
    expect(stateOf(identity.pid)).not.toBe('T');
    const before = statSync(grouped.path('out')).size;
    grouped.processes.thaw(identity, incarnation);
    expect(readFileSync(freezer, 'latin1')).toBe('0\n');
    await eventually(() => expect(statSync(grouped.path('out')).size).toBeGreaterThan(before));
    expect(await grouped.processes.freeze(identity, incarnation)).toBeUndefined();
    await grouped.processes.killTree(identity, incarnation);
    expect(await ended).toEqual({ kind: 'signal', signal: 'SIGKILL' });
  });
});
