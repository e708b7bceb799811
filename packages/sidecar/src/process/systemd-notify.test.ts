import { spawn, spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSystemdNotify } from './systemd-notify.js';
import { Scratch } from './testing/scratch.js';

let scratch: Scratch;
beforeEach(() => (scratch = new Scratch()));
afterEach(() => scratch.end());

/** Node has no unix datagram sockets: Python plays systemd and prints what it is told, one line a datagram. */
const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
s.bind('\\0' + name[1:] if name[0] == '@' else name)
print('bound', flush=True)
for _ in range(5): print(repr(s.recv(4096).decode()), flush=True)
`;

const noPython = spawnSync('python3', ['--version']).status !== 0;

test.skipIf(noPython).each(['path', 'abstract'])('tells systemd over its socket (%s)', async (kind) => {
  const name = kind === 'path' ? scratch.path('notify') : `@outrider-test-${process.pid}`;
  const receiver = spawn('python3', ['-c', RECEIVER, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  let heard = '';
  const ended = new Promise((resolve) => receiver.once('close', resolve));
  await new Promise<void>((resolve) =>
    receiver.stdout.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      resolve();
    }),
  );
  const systemd = createSystemdNotify({ NOTIFY_SOCKET: name });
  systemd.ready();
  systemd.status('22 of 22 agents\nready');
  systemd.watchdog();
  systemd.stopping();
  systemd.extend(1_500);
  await ended;
  expect(heard).toBe(
    "bound\n'READY=1'\n'STATUS=22 of 22 agents ready'\n'WATCHDOG=1'\n'STOPPING=1'\n'EXTEND_TIMEOUT_USEC=1500000'\n",
  );
});

test.each([undefined, '', 'relative', '/no/such/socket', '@nobody-listens-here'])(
  'says nothing and does not fail where the socket is %s',
  (name) => {
    const systemd = createSystemdNotify(name === undefined ? {} : { NOTIFY_SOCKET: name });
    expect(() => {
      systemd.ready();
      systemd.status('x'.repeat(1_000_000));
      systemd.stopping();
    }).not.toThrow();
  },
);

test.each([
  [{}, undefined],
  [{ WATCHDOG_USEC: '30000000' }, 15_000],
  [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(process.pid) }, 15_000],
  [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' }, undefined],
  [{ WATCHDOG_USEC: '0' }, undefined],
  [{ WATCHDOG_USEC: 'soon' }, undefined],
])('with %j the watchdog is fed every %s ms', (env, ms) => {
  expect(createSystemdNotify(env).watchdogMs).toBe(ms);
});
