import { spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { identityOf, isSame } from './process-stat.js';
import { createProcesses } from './processes.js';
import { createSockets } from './sockets.js';
import { KILLED, Scratch, marked } from './testing/scratch.js';

let scratch: Scratch;
beforeEach(() => (scratch = new Scratch()));
afterEach(() => scratch.end());

/** Starts a shell script and waits for the line `ready` in its log. */
async function started(script: string, incarnation = scratch.incarnation()) {
  const logFile = scratch.path(`${incarnation}.log`);
  const running = scratch.start({ command: ['sh', '-c', script], logFile }, incarnation);
  await eventually(() => expect(scratch.read(`${incarnation}.log`)).toContain('ready\n'));
  return running;
}

test('many adopted processes are seen to end, each once, by one timer', async () => {
  const all = Array.from({ length: 20 }, () => scratch.start({ command: ['sleep', '1000'] }));
  const next = createProcesses();
  const timers = vi.spyOn(globalThis, 'setInterval');
  const adopted = all.map(({ identity }) => next.adopt(identity)!);
  expect(timers).toHaveBeenCalledTimes(1);
  timers.mockRestore();
  expect(processDescriptors()).toBe(20);
  for (const { identity } of all.slice(1)) process.kill(identity.pid, 'SIGKILL');
  const ends = await Promise.all(adopted.slice(1).map((running) => running.ended));
  expect(ends).toEqual(Array(19).fill(KILLED));
  expect(isSame(all[0]!.identity)).toBe(true);
  process.kill(all[0]!.identity.pid, 'SIGKILL');
  expect(await adopted[0]!.ended).toEqual(KILLED);
  expect(processDescriptors()).toBe(0);
});

const processDescriptors = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:[pidfd]';
    } catch {
      return false; // closed since the folder was read
    }
  }).length;

test('what is gone, or is another process by now, is neither adopted nor signalled', async () => {
  const { identity, ended } = scratch.start({ command: ['sleep', '1000'] });
  const other = { ...identity, startTicks: identity.startTicks - 1 };
  expect(scratch.processes.adopt(other)).toBeUndefined();
  expect(scratch.processes.signal(other, 'SIGKILL')).toBe(false);
  expect(scratch.processes.adopt({ ...identity, bootId: 'before' })).toBeUndefined();
  expect(isSame(identity)).toBe(true);
  scratch.processes.signal(identity, 'SIGKILL');
  await ended;
  expect(scratch.processes.adopt(identity)).toBeUndefined();
});

test('killTree ends children, grandchildren and what left the session, and nothing else', async () => {
  const tree = await started(
    `sleep 1001 & (setsid sleep 1002 &) ; setsid sh -c 'sleep 1003 & sleep 1004' & env -i sleep 1005 & trap '' TERM; echo ready; wait`,
  );
  const bystander = scratch.start({ command: ['sleep', '1000'] });
  await eventually(() => expect(marked(tree.incarnation)).toHaveLength(7));
  expect(await scratch.processes.killTree(tree.identity, tree.incarnation)).toEqual([]);
  expect(marked(tree.incarnation)).toEqual([]);
  expect(isSame(tree.identity)).toBe(false);
  expect(isSame(bystander.identity)).toBe(true);
  // Again, when nothing is left.
  expect(await scratch.processes.killTree(tree.identity, tree.incarnation)).toEqual([]);
});

test('killTree ends what a dead leader left behind', async () => {
  // One of the two has forgotten where it comes from: only its session tells.
  const tree = await started(`env -i sleep 1001 & echo $! >bare; sleep 1002 & echo ready; exit 3`);
  await tree.ended;
  await eventually(() => expect(marked(tree.incarnation)).toHaveLength(1));
  const bare = identityOf(Number(scratch.read('bare')))!;
  expect(isSame(bare)).toBe(true);
  expect(await scratch.processes.killTree(tree.identity, tree.incarnation)).toEqual([]);
  expect(isSame(bare)).toBe(false);
  expect(marked(tree.incarnation)).toEqual([]);
});

test('killTree outruns a program that forks without end', async () => {
  // It would end by itself within a minute or so, should nobody live to kill it.
  const forks = `[ "$1" -gt 0 ] || exit 0; sh -c 'sleep 30' & sleep 0.01; f $(($1 - 1)) & wait`;
  const tree = await started(`echo ready; f() { ${forks}; }; f 2000`);
  expect(await scratch.processes.killTree(tree.identity, tree.incarnation)).toEqual([]);
  expect(marked(tree.incarnation)).toEqual([]);
});

test('killTree spares a session that has taken over the number', async () => {
  // As after a restart of the sidecar: it has the record of a process whose pid is another's by now.
  const innocent = await started(`sleep 1000 & echo ready; wait`);
  const stale = { ...innocent.identity, startTicks: innocent.identity.startTicks - 1 };
  expect(await createProcesses().killTree(stale, 'stale')).toEqual([]);
  expect(isSame(innocent.identity)).toBe(true);

  // The leader is gone too; its session has nothing that carries the recorded incarnation.
  const orphaned = await started(`sleep 1000 & echo ready; exit 0`);
  await orphaned.ended;
  expect(await createProcesses().killTree(orphaned.identity, 'stale')).toEqual([]);
  expect(marked(orphaned.incarnation)).toHaveLength(1);
  expect(await createProcesses().killTree({ ...orphaned.identity, bootId: 'before' }, orphaned.incarnation)).toEqual(
    [],
  );
  expect(marked(orphaned.incarnation)).toHaveLength(1);
  expect(await createProcesses().killTree(orphaned.identity, orphaned.incarnation)).toEqual([]);
  expect(marked(orphaned.incarnation)).toEqual([]);
});

test('many trees are ended together', async () => {
  const trees = Array.from({ length: 30 }, () => scratch.start({ command: ['sh', '-c', 'sleep 1000 & wait'] }));
  const left = await Promise.all(
    trees.map(async (tree) => scratch.processes.killTree(tree.identity, tree.incarnation)),
  );
  expect(left.flat()).toEqual([]);
  expect(trees.filter((tree) => isSame(tree.identity) || marked(tree.incarnation).length > 0)).toEqual([]);
});

/** Accepts on descriptor 3 in a child of its own, so that the leader never has the connection. */
const ACCEPTS = `
const { spawn } = require('node:child_process');
const serve = 'require("node:net").createServer(() => {}).listen({ fd: 3 }, () => console.log("ready"))';
spawn(process.execPath, ['-e', serve], { stdio: ['ignore', 'inherit', 'inherit', 3] });
`;

test.each(['127.0.0.1:0', '[::1]:0', '[::]:0', '0.0.0.0:0'])(
  'a connection to %s belongs to whoever has accepted it, once somebody has',
  async (listen) => {
    const sockets = createSockets();
    const held = sockets.hold('app', 'agent', [{ name: 'x', listen }]);
    const [socket] = held;
    const port = Number(socket!.address.slice(socket!.address.lastIndexOf(':') + 1));
    const host = listen.startsWith('[::1]') ? '::1' : '127.0.0.1';
    const client = await connected(port, host);
    const text = (ip: string): string => (ip.includes(':') ? `[${ip}]` : ip);
    const [from, to] = [`${text(host)}:${client.localPort!}`, `${text(host)}:${port}`];
    const idle = scratch.start({ command: ['sleep', '1000'], sockets: held });
    const owns = (agent: typeof idle) => scratch.processes.ownsConnection(agent.identity, agent.incarnation, from, to);
    // It waits in the queue of the listener.
    expect(await owns(idle)).toBeUndefined();

    const accepting = scratch.start({ command: [process.execPath, '-e', ACCEPTS], sockets: held });
    await eventually(async () => expect(await owns(accepting)).toBe(true));
    expect(await owns(idle)).toBe(false);
    expect(await scratch.processes.ownsConnection(accepting.identity, accepting.incarnation, from, '127.0.0.9:1')).toBe(
      false,
    );
    client.destroy();
    sockets.release('app', []);
  },
);

function connected(port: number, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => resolve(socket));
    socket.once('error', reject);
  });
}

test('our own end of a connection is not taken for the accepted one', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const { port } = server.address() as AddressInfo;
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const client = await connected(port, '127.0.0.1');
  const peer = await accepted;
  const owner = await scratch.processes.ownsConnection(
    identityOf(child.pid!)!,
    'none',
    `127.0.0.1:${client.localPort!}`,
    `127.0.0.1:${port}`,
  );
  expect(owner).toBe(false);
  child.kill('SIGKILL');
  client.destroy();
  peer.destroy();
  server.close();
});
