import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NotifyMessage } from '../supervise/ports.js';
import { sendUnixDatagram } from './libc/sockets.js';
import { type ClosableNotifySockets, type NotifyResult, createNotifySockets } from './notify-sockets.js';
import { encodeAddress } from './socket-address.js';
import { Scratch } from './testing/scratch.js';

let scratch: Scratch;
let sockets: ClosableNotifySockets;
let counted: NotifyResult[];
let heard: NotifyMessage[];
const warnings: string[] = [];
const create = (): ClosableNotifySockets =>
  createNotifySockets({
    runDir: scratch.folder,
    counted: (result) => counted.push(result),
    warn: (text) => warnings.push(text),
  });

beforeEach(() => {
  scratch = new Scratch();
  [counted, heard] = [[], []];
  sockets = create();
});
afterEach(async () => {
  sockets.closeAll();
  expect([process.listenerCount('SIGIO'), readdirSync(join(scratch.folder, 'notify.d')), warnings]).toEqual([
    0,
    [],
    [],
  ]);
  await scratch.end();
});

const hear = (message: NotifyMessage): boolean => heard.push(message) > 0;
const send = (path: string, text: string | Uint8Array): void =>
  sendUnixDatagram(encodeAddress({ kind: 'unix', path }).bytes, Buffer.from(text));
const descriptors = (): number => readdirSync('/proc/self/fd').length;
const hasSystemdNotify = spawnSync('systemd-notify', ['--version']).status === 0;

test('each incarnation has a socket of its own, and what comes in is told with its sender', async () => {
  const [one, other] = [sockets.open('a', hear), sockets.open('b', () => false)];
  expect(sockets.open('a', hear)).toBe(one);
  send(one, 'READY=1\nSTATUS=here');
  await eventually(() => expect(heard).toEqual([{ pid: process.pid, ready: true, stopping: false, status: 'here' }]));
  send(other, 'READY=1');
  await eventually(() => expect(counted).toEqual(['notify_accepted', 'notify_stranger']));
  sockets.close('b');
  expect([existsSync(one), existsSync(other)]).toEqual([true, false]);
  expect(() => send(other, 'READY=1')).toThrow('ENOENT');
});

test('agents of other users may find their socket, and nobody else may list or write', () => {
  const path = sockets.open('a', hear);
  const other = statSync(
    sockets.open('b', hear, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, hasGroups: false }),
  );
  expect([other.uid, other.gid]).toEqual([process.getuid?.(), process.getgid?.()]);
  expect([statSync(join(scratch.folder, 'notify.d')).mode & 0o777, statSync(path).mode & 0o777]).toEqual([
    0o711, 0o600,
  ]);
});

test('its name is short and the same for the next sidecar, which removes what is left', () => {
  const path = sockets.open('a', hear);
  expect(path.length).toBe(scratch.folder.length + '/notify.d/'.length + 13);
  sockets.closeAll();
  writeFileSync(path, '');
  writeFileSync(`${path}x`, '');
  sockets = create();
  expect(readdirSync(join(scratch.folder, 'notify.d'))).toEqual([]);
  expect(sockets.open('a', hear)).toBe(path);
});

test('a path that is too long is a sentence, and nothing is left open', () => {
  const runDir = join(scratch.folder, 'x'.repeat(100));
  mkdirSync(runDir);
  const before = descriptors();
  const deep = createNotifySockets({ runDir, counted: () => undefined, warn: () => undefined });
  expect(() => deep.open('a', hear)).toThrow(/longer than a unix socket may have .* Choose a shorter run_dir\.$/);
  expect([descriptors(), process.listenerCount('SIGIO')]).toEqual([before, 0]);
});

test('a message that is too long is counted and dropped', async () => {
  send(sockets.open('a', hear), `READY=1\n${'x'.repeat(10_000)}`);
  await eventually(() => expect(counted).toEqual(['notify_too_large']));
  expect(heard).toEqual([]);
});

test('what an agent passes on is closed: whoever waits for that goes on', async () => {
  const path = sockets.open('a', hear);
  const program = `
import array, os, socket
r, w = os.pipe()
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.connect(${JSON.stringify(path)})
    s.sendmsg([b"BARRIER=1"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [w] * 100))])
os.close(w)
os.read(r, 1)
print("answered")`;
  const before = descriptors();
  const agent = spawn('python3', ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  agent.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  await new Promise((resolve) => agent.once('close', resolve));
  expect([said.join(''), counted]).toEqual(['answered\n', ['notify_accepted']]);
  await eventually(() => expect(descriptors()).toBe(before));
});

test('one that floods us is read to the end, and holds up nobody', async () => {
  const [loud, quiet] = [sockets.open('a', () => true), sockets.open('b', hear)];
  const program = `
import socket
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.connect(${JSON.stringify(loud)})
    for i in range(500):
        s.send(b"STATUS=%d" % i)`;
  const agent = spawn('python3', ['-c', program], { stdio: 'inherit' });
  await eventually(() => counted.length > 0);
  send(quiet, 'READY=1');
  await eventually(() => heard.length === 1);
  await new Promise((resolve) => agent.once('exit', resolve));
  await eventually(() => expect(counted).toHaveLength(501));
});

describe.skipIf(!hasSystemdNotify)('systemd-notify', () => {
  test('is heard, and gets the answer that it waits for', async () => {
    const env = { ...process.env, NOTIFY_SOCKET: sockets.open('a', hear) };
    const agent = spawn('sh', ['-c', 'systemd-notify --ready --status="all is well"; echo $?'], { env });
    const said: string[] = [];
    agent.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    await new Promise((resolve) => agent.once('close', resolve));
    expect(said.join('')).toBe('0\n');
    expect(heard[0]).toMatchObject({ ready: true, status: 'all is well' });
    expect(heard[0]?.pid).toBeGreaterThan(1);
  });
});

test('a child of this process that is started meanwhile has no part in it', async () => {
  const path = sockets.open('a', hear);
  const inode = readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .find((line) => line.endsWith(path))
    ?.trim()
    .split(/ +/)[6];
  expect(inode).toMatch(/^\d+$/);
  const listed = execFileSync('sh', ['-c', 'readlink /proc/self/fd/*; true']).toString();
  expect(listed).not.toContain(`socket:[${inode}]`);
  send(path, 'READY=1');
  await eventually(() => heard.length === 1);
});
