import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readStat } from './process-stat.js';
import { createSockets } from './sockets.js';
import { KILLED, Scratch, marked } from './testing/scratch.js';

let scratch: Scratch;
beforeEach(() => (scratch = new Scratch()));
afterEach(() => scratch.end());

test('runs a program with its output in the log, in a session of its own, with nothing to read', async () => {
  writeFileSync(scratch.path('log'), 'before\n');
  const { identity, ended } = scratch.start({
    command: ['sh', '-c', 'echo "pid $$"; echo error >&2; cat; readlink /proc/self/fd/0; exit 7'],
  });
  expect(readStat(identity.pid)?.session).toBe(identity.pid);
  expect(await ended).toEqual({ kind: 'code', code: 7 });
  expect(scratch.read('log')).toBe(`before\npid ${identity.pid}\nerror\n/dev/null\n`);
});

test('a signal is told apart from an exit code', async () => {
  const { identity, ended } = scratch.start({ command: ['sleep', '1000'] });
  expect(scratch.processes.signal(identity, 'SIGTERM')).toBe(true);
  expect(await ended).toEqual({ kind: 'signal', signal: 'SIGTERM' });
  expect(scratch.processes.signal(identity, 'SIGTERM')).toBe(false);
});

test('the program gets the environment it is given and none of ours', async () => {
  process.env['LEAKED_TO_AGENT'] = 'yes';
  const strange = `a'b"c $HOME \`x\`\n\\ é`;
  const { ended } = scratch.start({
    command: [
      process.execPath,
      '-e',
      'console.log(JSON.stringify([process.env, process.argv.slice(1)]))',
      '--',
      strange,
      '',
      '*',
    ],
    env: { STRANGE: strange, 'with.dot': 'kept too', go: 'with care' },
  });
  await ended;
  delete process.env['LEAKED_TO_AGENT'];
  const [env, args] = JSON.parse(scratch.read('log')) as [Record<string, string>, string[]];
  expect(args).toEqual([strange, '', '*']);
  expect(env).toMatchObject({ STRANGE: strange, 'with.dot': 'kept too', go: 'with care' });
  // A shell may add where it is.
  expect(
    Object.keys(env)
      .filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))
      .sort(),
  ).toEqual(['OUTRIDER_INCARNATION', 'PATH', 'STRANGE', 'go', 'with.dot']);
});

test('the program is looked up in the PATH it is given', async () => {
  mkdirSync(scratch.path('bin'));
  writeFileSync(scratch.path('bin/sleep'), '#!/bin/sh\necho mine\n');
  chmodSync(scratch.path('bin/sleep'), 0o755);
  await scratch.start({ command: ['sleep', '1000'], env: { PATH: scratch.path('bin') } }).ended;
  expect(scratch.read('log')).toBe('mine\n');
});

test.each([
  ['no-such-program', 'Cannot start no-such-program: it is in no folder of PATH.'],
  ['./nothing', 'Cannot start ./nothing: there is no such file.'],
  ['./data', 'is not executable: chmod +x it, or name its interpreter first.'],
  ['./orphan', 'Cannot start ./orphan: its first line names /no/such/interpreter, which is not there.'],
])('%s is refused with the reason, behind a wrapper too', (program, sentence) => {
  writeFileSync(scratch.path('data'), '');
  writeFileSync(scratch.path('orphan'), '#!/no/such/interpreter\n', { mode: 0o755 });
  const command = [program];
  expect(() => scratch.start({ command })).toThrow(sentence);
  const confinement = { noNewPrivileges: false, openFiles: 64 };
  expect(() => scratch.start({ command, confinement })).toThrow(sentence);
});

test.each([
  [{ cwd: '/no/such/folder' }, 'The working folder /no/such/folder does not exist.'],
  [{ cwd: '/dev/null' }, 'The working folder /dev/null is no folder.'],
  [{ logFile: '/dev/null/log' }, 'Cannot write the log file /dev/null/log: '],
  [{ command: [] }, 'The command is empty.'],
])('%j is refused at once', (wrong, sentence) => {
  expect(() => scratch.start({ command: ['true'], ...wrong })).toThrow(sentence);
});

test('more than the kernel gives a program is said so, behind a wrapper too', () => {
  const long = 'x'.repeat(131_072);
  const sentence =
    /^Cannot start true: argument list too long \(E2BIG\)\. Its arguments and variables are too many or too long/;
  const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`V${index}`, 'x'.repeat(120_000)]));
  for (const confinement of [undefined, { noNewPrivileges: false, openFiles: 64 }]) {
    const more = confinement === undefined ? {} : { confinement };
    expect(() => scratch.start({ command: ['true', long], ...more })).toThrow(sentence);
    expect(() => scratch.start({ command: ['true'], env: { LONG: long }, ...more })).toThrow(sentence);
    expect(() => scratch.start({ command: ['true'], env: many, ...more })).toThrow(sentence);
  }
});

/** What a bare child has too was open before the tests began. */
const DESCRIPTORS = 'ls /proc/$$/fd; exit 0';
const inherited = execFileSync('sh', ['-c', DESCRIPTORS], { encoding: 'utf8' }).trim().split('\n');

test('no descriptor of ours leaks into a program', async () => {
  const sockets = createSockets();
  sockets.hold('app', 'other', [{ name: 'http', listen: '127.0.0.1:0' }]);
  await scratch.start({ command: ['sh', '-c', DESCRIPTORS] }).ended;
  expect(scratch.read('log').trim().split('\n')).toEqual(inherited);
  sockets.release('app', []);
});

test('sockets are passed from descriptor 3 on, with the pid of the program itself', async () => {
  const sockets = createSockets();
  const specs = [
    { name: 'http', listen: '127.0.0.1:0' },
    { name: 'a:b', listen: '127.0.0.1:0' },
  ];
  const held = [
    ...sockets.hold('app', 'one', [specs[0]!]),
    ...sockets.hold('app', 'two', [{ name: 'a:b', listen: '127.0.0.2:0' }]),
  ];
  const { identity, ended } = scratch.start({
    command: ['sh', '-c', 'echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES; readlink /proc/$$/fd/3 /proc/$$/fd/4'],
    sockets: held,
  });
  await ended;
  const [variables, third, fourth] = scratch.read('log').trim().split('\n');
  expect(variables).toBe(`2 ${identity.pid} http:a_b`);
  expect([third, fourth].join()).toMatch(/^socket:\[\d+\],socket:\[\d+\]$/);
  sockets.release('app', []);
});

/** A sidecar that starts one program and is killed with -9 in the same turn, before it could record anything. */
const DYING_SIDECAR = `
const [, , built, folder, incarnation, sockets] = process.argv;
const { createProcesses } = await import(built);
createProcesses().spawn({
  incarnation, cwd: folder, logFile: folder + '/log', sockets: [],
  command: ['sh', '-c', 'echo $$ >ran.' + incarnation + '; exec sleep 1000'],
  env: { PATH: process.env.PATH, OUTRIDER_INCARNATION: incarnation },
  ...(sockets === 'wrapped' ? { confinement: { noNewPrivileges: true, openFiles: 64 } } : {}),
});
process.kill(process.pid, 'SIGKILL');
`;

function dyingSidecar(incarnation: string, how: string): Promise<NodeJS.Signals | null> {
  writeFileSync(scratch.path('sidecar.mjs'), DYING_SIDECAR);
  const built = fileURLToPath(new URL('../../dist/process/processes.js', import.meta.url));
  if (!existsSync(built)) throw new Error(`${built} is missing: run npm run build first.`);
  const child = spawn(process.execPath, [scratch.path('sidecar.mjs'), built, scratch.folder, incarnation, how], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
}

test.each(['bare', 'wrapped'])('a %s program whose sidecar died in its start is found by the next one', async (how) => {
  const incarnation = scratch.incarnation();
  expect(await dyingSidecar(incarnation, how)).toBe('SIGKILL');
  const found = scratch.processes.find(incarnation, scratch.path('log'), 0)!;
  scratch.track(found, incarnation);
  await eventually(() => expect(readFileSync(scratch.path(`ran.${incarnation}`), 'utf8')).toBe(`${found.pid}\n`));
  expect(marked(incarnation)).toEqual([found.pid]);
  expect(scratch.processes.find(`${incarnation}0`, scratch.path('another'), 0)).toBeUndefined();

  // The next sidecar takes it over, sees how it ends, and has nothing more to end.
  const adopted = scratch.processes.adopt(found)!;
  expect(scratch.processes.signal(found, 'SIGKILL')).toBe(true);
  expect(await adopted.ended).toEqual(KILLED);
  expect(await scratch.processes.killTree(found, incarnation)).toEqual([]);
});

test('one that has overwritten its environment is found by the log it writes to, if it is no older than its start', async () => {
  const log = scratch.path('own-log');
  const forgetful = `exec env -i sleep 1000`;
  const since = Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1000;
  const { identity } = scratch.start({ command: ['sh', '-c', forgetful], logFile: log });
  await eventually(() => expect(readFileSync(`/proc/${identity.pid}/environ`, 'utf8')).toBe(''));
  expect(scratch.processes.find('unknown', log, since)).toEqual(identity);
  expect(scratch.processes.find('unknown', log, since + 60_000)).toBeUndefined();
});

test('descriptors keep their places, whatever numbers they have here', async () => {
  // The highest that is open becomes the log; what is passed lies around it.
  const fds = Array.from({ length: 5 }, () => openSync('/dev/null', 'r'));
  const sockets = createSockets();
  const [one] = sockets.hold('app', 'one', [{ name: 'one', listen: '127.0.0.1:0' }]);
  const [two] = sockets.hold('app', 'two', [{ name: 'two', listen: '127.0.0.2:0' }]);
  for (const fd of fds) closeSync(fd);
  const passed = [two!, one!];
  const inode = (fd: number): string => readlinkSync(`/proc/self/fd/${fd}`);
  const expected = passed.map(({ fd }) => inode(fd));
  const command = ['sh', '-c', 'readlink /proc/$$/fd/1 /proc/$$/fd/3 /proc/$$/fd/4'];
  await scratch.start({ command, sockets: passed }).ended;
  expect(scratch.read('log').trim().split('\n')).toEqual([scratch.path('log'), ...expected]);
  sockets.release('app', []);
});
