import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ProcessIdentity } from '../agent/identity.js';
import { isSame, readStat } from './process-stat.js';
import { createSockets } from './sockets.js';
import { Scratch, marked } from './testing/scratch.js';

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

test('a program that is not there ends with 127, one that may not run with 126', async () => {
  expect(await scratch.start({ command: ['no-such-program'] }).ended).toEqual({ kind: 'code', code: 127 });
  expect(scratch.read('log')).toContain('no-such-program');
  writeFileSync(scratch.path('data'), '');
  expect(await scratch.start({ command: ['./data'] }).ended).toEqual({ kind: 'code', code: 126 });
});

test.each([
  [{ cwd: '/no/such/folder' }, 'The working folder /no/such/folder does not exist.'],
  [{ cwd: '/dev/null' }, 'The working folder /dev/null is no folder.'],
  [{ logFile: '/dev/null/log' }, 'Cannot write the log file /dev/null/log: '],
  [{ command: [] }, 'The command is empty.'],
])('%j is refused at once', (wrong, sentence) => {
  const record = vi.fn();
  expect(() => scratch.start({ command: ['true'], record, ...wrong })).toThrow(sentence);
  expect(record).not.toHaveBeenCalled();
});

test('the record is made before the program runs, and without it the program never runs', async () => {
  const command = ['sh', '-c', 'touch ran'];
  let seen: ProcessIdentity | undefined;
  const failing = (identity: ProcessIdentity): void => {
    seen = identity;
    throw new Error('no space left');
  };
  expect(() => scratch.start({ command, record: failing })).toThrow('no space left');
  await eventually(() => expect(isSame(seen!)).toBe(false));
  expect(existsSync(scratch.path('ran'))).toBe(false);

  const { ended } = scratch.start({ command, record: () => expect(existsSync(scratch.path('ran'))).toBe(false) });
  await ended;
  expect(existsSync(scratch.path('ran'))).toBe(true);
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

/** A sidecar that starts one program and is killed with -9 at the moment it is told. */
const DYING_SIDECAR = `
import { writeFileSync } from 'node:fs';
const [, , built, folder, incarnation, moment] = process.argv;
const { createProcesses } = await import(built);
const die = () => process.kill(process.pid, 'SIGKILL');
createProcesses().spawn({
  incarnation, cwd: folder, logFile: folder + '/log', sockets: [],
  command: ['sh', '-c', 'echo $$ >ran.' + incarnation + '; exec sleep 1000'],
  env: { PATH: process.env.PATH, OUTRIDER_INCARNATION: incarnation },
  record: (identity) => {
    writeFileSync(folder + '/forked.' + incarnation, JSON.stringify(identity));
    if (moment === 'before') die();
    writeFileSync(folder + '/recorded.' + incarnation, JSON.stringify(identity));
    if (moment === 'after') die();
  },
});
if (moment === 'opened') die();
`;

function dyingSidecar(incarnation: string, moment: string): Promise<NodeJS.Signals | null> {
  writeFileSync(scratch.path('sidecar.mjs'), DYING_SIDECAR);
  const built = fileURLToPath(new URL('../../dist/process/processes.js', import.meta.url));
  if (!existsSync(built)) throw new Error(`${built} is missing: run npm run build first.`);
  const child = spawn(process.execPath, [scratch.path('sidecar.mjs'), built, scratch.folder, incarnation, moment], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
}

const identityIn = (name: string): ProcessIdentity => JSON.parse(scratch.read(name)) as ProcessIdentity;

test.each(['before', 'after'])('a sidecar killed %s the record leaves no program running', async (moment) => {
  const incarnation = scratch.incarnation();
  expect(await dyingSidecar(incarnation, moment)).toBe('SIGKILL');
  const forked = identityIn(`forked.${incarnation}`);
  await eventually(() => expect(isSame(forked)).toBe(false));
  expect(marked(incarnation)).toEqual([]);
  expect(readdirSync(scratch.folder).filter((name) => name.startsWith('ran'))).toEqual([]);
});

test('a sidecar killed once the gate is open leaves the recorded process and no other', async () => {
  const incarnation = scratch.incarnation();
  expect(await dyingSidecar(incarnation, 'opened')).toBe('SIGKILL');
  const recorded = identityIn(`recorded.${incarnation}`);
  scratch.track(recorded, incarnation);
  await eventually(() => expect(readFileSync(scratch.path(`ran.${incarnation}`), 'utf8')).toBe(`${recorded.pid}\n`));
  expect(marked(incarnation)).toEqual([recorded.pid]);

  // The next sidecar takes it over, sees its end, and has nothing more to end.
  const adopted = scratch.processes.adopt(recorded)!;
  expect(scratch.processes.signal(recorded, 'SIGKILL')).toBe(true);
  expect(await adopted.ended).toEqual({ kind: 'unknown' });
  expect(await scratch.processes.killTree(recorded, incarnation)).toEqual([]);
});
