/** Sockets of every kind as an agent gets them, and as the next sidecar takes them back. */
import { spawn, spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { freePort } from '@outrider/shared/testing/redis.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProcessIdentity } from '../agent/identity.js';
import type { Sockets } from '../supervise/ports.js';
import { createSockets } from './sockets.js';
import { said, takesConnections } from './testing/callers.js';
import { Scratch } from './testing/scratch.js';

let scratch: Scratch;
let sockets: Sockets;
beforeEach(() => {
  scratch = new Scratch();
  sockets = createSockets();
});
afterEach(async () => {
  sockets.release('app', []);
  await scratch.end();
});

/** One of each kind, not in the order of their names. */
const specsOf = (port: string | number, sixth: string | number) => [
  { name: 'second', listen: scratch.path('agent.sock'), mode: 0o600 },
  { name: 'http', listen: `127.0.0.1:${port}` },
  { name: 'abstract', listen: `@outrider-handover-${process.pid}` },
  { name: 'http6', listen: `[::1]:${sixth}` },
];

/** Says what it was started with, and on each socket the name of that socket. */
const AGENT = `
const { LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES } = process.env;
const names = LISTEN_FDNAMES.split(':');
let left = names.length;
names.forEach((name, index) => {
  require('net').createServer((caller) => caller.end(name)).listen({ fd: 3 + index }, () => {
    left -= 1;
    if (left === 0) console.log(JSON.stringify({ LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES }));
  });
});
`;

const noPython = spawnSync('python3', ['--version']).status !== 0;

test.skipIf(noPython).each([
  ['itself', [process.execPath, '-e', AGENT]],
  ['through a script that executes it', ['sh', '-c', 'exec "$0" -e "$1"', process.execPath, AGENT]],
])('a program has them in the order declared, by name, for its own pid: started %s', async (_, command) => {
  const held = sockets.hold('app', 'one', specsOf(0, 0));
  const { identity } = scratch.start({ command, sockets: held });
  const told = await eventually(() => {
    const log = scratch.read('log');
    return log === '' ? null : (JSON.parse(log) as object);
  });
  expect(told).toEqual({
    LISTEN_FDS: '4',
    LISTEN_PID: String(identity.pid),
    LISTEN_FDNAMES: 'second:http:abstract:http6',
  });
  for (const { name, address } of held) expect(await said(address, true)).toBe(name);
});

test.skipIf(process.getuid?.() !== 0)('the file of a socket belongs to the user of its agent', () => {
  const path = scratch.path('owned.sock');
  sockets.hold('app', 'one', [{ name: 'a', listen: path }], { uid: 4321, gid: 1234, hasGroups: false });
  const { uid, gid, mode } = statSync(path);
  expect([uid, gid, mode & 0o777]).toEqual([4321, 1234, 0o660]);
});

test('who may connect to a path is its mode: 0660 unless declared', () => {
  const [open, shut] = [scratch.path('open.sock'), scratch.path('default.sock')];
  sockets.hold('app', 'one', [
    { name: 'a', listen: open, mode: 0o666 },
    { name: 'b', listen: shut },
  ]);
  expect([open, shut].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(['666', '660']);
});

/** A sidecar that starts an agent with sockets and is killed with -9. */
const DYING_SIDECAR = `
import { writeFileSync } from 'node:fs';
const [, , built, folder, incarnation, specs, agent] = process.argv;
const { createProcesses } = await import(built + '/processes.js');
const { createSockets } = await import(built + '/sockets.js');
const sockets = createSockets().hold('app', 'one', JSON.parse(specs));
const { identity } = createProcesses().spawn({
  incarnation, cwd: folder, logFile: folder + '/log', sockets,
  command: [process.execPath, '-e', agent],
  env: { PATH: process.env.PATH, OUTRIDER_INCARNATION: incarnation },
});
writeFileSync(folder + '/record', JSON.stringify(identity));
process.kill(process.pid, 'SIGKILL');
`;

test.skipIf(noPython)('after a kill of the sidecar, all are taken back from a living instance', async () => {
  const specs = specsOf(await freePort(), await freePort());
  const incarnation = scratch.incarnation();
  writeFileSync(scratch.path('sidecar.mjs'), DYING_SIDECAR);
  const built = fileURLToPath(new URL('../../dist/process', import.meta.url));
  const args = [scratch.path('sidecar.mjs'), built, scratch.folder, incarnation, JSON.stringify(specs), AGENT];
  const sidecar = spawn(process.execPath, args, { stdio: 'inherit' });
  await new Promise((resolve) => sidecar.once('exit', resolve));
  const identity = JSON.parse(scratch.read('record')) as ProcessIdentity;
  scratch.track(identity, incarnation);
  await eventually(() => expect(scratch.read('log')).toContain('LISTEN_FDS'));

  // Without help, the addresses are taken by the instance itself.
  expect(() => sockets.hold('app', 'one', specs)).toThrow('taken by another program');
  const stranger = { name: 'x', listen: '127.0.0.1:1' };
  expect(sockets.recover('app', 'one', [stranger], identity)).toEqual([]);
  expect(sockets.recover('app', 'one', specs, { ...identity, startTicks: 1 })).toEqual([]);
  expect(sockets.gap(specs)).toMatch(/^socket second \(.*\), http \(.*\) was not kept .* are refused while/);
  const recovered = sockets.recover('app', 'one', [...specs, stranger], identity);
  expect(recovered.map(({ name, address }) => [name, address])).toEqual(
    specs.map(({ name, listen }) => [name, listen]),
  );
  expect(sockets.gap(specs)).toBeUndefined();
  expect(sockets.gap([stranger])).toContain('x (127.0.0.1:1)');
  // From now on they are held as if this sidecar had opened them.
  expect(sockets.hold('app', 'one', specs)).toEqual(recovered);
  expect(sockets.recover('app', 'one', specs, identity)).toEqual(recovered);
  await scratch.processes.killTree(identity, incarnation);
  for (const { listen } of specs) expect(await takesConnections(listen), listen).toBe(true);
  expect(sockets.recover('app', 'two', [{ name: 'x', listen: '127.0.0.1:2' }], identity)).toEqual([]);
});

test('what was released is free at once, also where a process was left with a copy', async () => {
  const path = scratch.path('x.sock');
  const held = sockets.hold('app', 'one', [
    { name: 'tcp', listen: '127.0.0.1:0' },
    { name: 'unix', listen: path },
  ]);
  scratch.start({ command: ['sleep', '1000'], sockets: held });
  sockets.release('app', []);
  const [tcp] = held;
  expect(await takesConnections(tcp!.address)).toBe(false);
  expect(await takesConnections(path)).toBe(false);
  const again = [
    { name: 'tcp', listen: `*:${tcp!.address.split(':')[1]}` },
    { name: 'unix', listen: path },
  ];
  sockets.hold('app', 'one', again);
  expect(await takesConnections(tcp!.address)).toBe(true);
  expect(await takesConnections(path)).toBe(true);
});
