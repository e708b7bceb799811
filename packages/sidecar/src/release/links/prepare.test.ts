/** What is prepared, by real programs: once for the same inputs, whole or not at all, out of everybody's hands. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import type { Preparing } from '@outrider/shared/domain/host.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLimits } from '../../process/limits.js';
import { createLogReader } from '../../process/log-file.js';
import { LogLedger } from '../../process/log-ledger.js';
import { findProgram } from '../../process/program.js';
import { Scratch } from '../../process/testing/scratch.js';
import { createRecordStore } from '../../store/record-store.js';
import { PrepareRunner } from '../../supervise/prepare/runner.js';
import { createReleases } from '../releases.js';
import { type BlobServer, startBlobServer, TOKEN } from '../testing/blob-server.js';
import type { Sample } from '../testing/sample.js';
import { written } from '../testing/written.js';

let scratch: Scratch;
let servers: BlobServer[];
let serial = 0;
let interpreter: string;
beforeEach(() => {
  scratch = new Scratch();
  chmodSync(scratch.folder, 0o755);
  servers = [];
  interpreter = 'one';
});
afterEach(async () => {
  for (const server of servers) await server.close();
  await scratch.end();
});

const NEVER = new AbortController().signal;
const runnerOf = (): PrepareRunner => {
  const runner = new PrepareRunner({
    ...{ clock: systemClock, processes: scratch.processes, host: 'pc2', warn: () => undefined },
    limits: createLimits({ controllers: () => new Set(), noNewPrivileges: false, uid: process.getuid?.() ?? 0 }),
    records: createRecordStore({ runDir: scratch.path('run'), now: () => Date.now(), onUnreadable: () => undefined }),
    logs: createLogReader(new LogLedger({ folder: scratch.path('ledger'), now: () => Date.now() })),
    newLog: (app, step) => {
      const file = scratch.path(`log-${app}-${step}`);
      rmSync(file, { force: true });
      return file;
    },
    find: (program) => {
      const file = findProgram(program, process.env['PATH'], '/');
      return file === undefined ? undefined : { file, identity: `${file} ${interpreter}` };
    },
    ownEnvironment: { PATH: process.env['PATH'], SECRET_OF_MINE: 'hidden' },
    newId: () => `${process.pid}-${++serial}`,
  });
  runner.start();
  return runner;
};
/** As another sidecar would begin. */
const sidecar = () =>
  createReleases({
    ...{ dataDir: scratch.path('data'), token: () => TOKEN, clock: systemClock, patienceMs: 0, runner: runnerOf() },
  });

async function stage(sample: Sample, of = sidecar(), signal = NEVER): Promise<(Preparing | undefined)[]> {
  const server = await startBlobServer(sample.contents);
  servers.push(server);
  const told: (Preparing | undefined)[] = [];
  of.accept(sample.documents);
  const progress = ({ preparing }: { readonly preparing?: Preparing }) => void told.push(preparing);
  await of.stage('assistants', sample.release, [server.address], progress, signal);
  return told;
}

const tree = (sample: Sample, path = ''): string =>
  join(scratch.path(`data/releases/assistants/${sample.release.digest}`), path);
const text = (path: string): string => readFileSync(path, 'utf8');
const runs = (): number => (existsSync(scratch.path('ran')) ? scratch.read('ran').split('\n').length - 1 : 0);
const results = (): readonly string[] =>
  existsSync(scratch.path('data/prepared/assistants'))
    ? readdirSync(scratch.path('data/prepared/assistants')).filter((name) => !name.endsWith('.json'))
    : [];

/** Pids of what this test has started and is still there. */
const programs = (): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return text(`/proc/${pid}/environ`).includes(`OUTRIDER_INCARNATION=prepare-${process.pid}-`);
    } catch {
      return false;
    }
  });

/** Counts that it ran, then goes on as told. */
const yaml = (script: string, more = '', agents = 'agents: { a: { command: [x] } }'): string =>
  [
    agents,
    'prepare:',
    '  venv:',
    `    command: [sh, -c, ${JSON.stringify(`echo >>${scratch.path('ran')}; ${script}`)}]`,
    '    files: [requirements.txt, "wheels/**"]',
    '    creates: venv',
    ...more.split('\n').map((line) => `    ${line}`),
  ].join('\n');
const MAKE =
  'mkdir venv && cat requirements.txt wheels/* >venv/made && pwd >venv/where && env >venv/env && ls >venv/seen';
const release = (version: string, wheel = 'wheel', script = MAKE, more = '') =>
  written(version, yaml(script, more), {
    ...{ 'requirements.txt': 'one\n', 'wheels/a.whl': wheel, 'agents/a.py': version },
  });

describe('a step', () => {
  it('runs while the release is staged, in a folder with its files alone, where its result stays', async () => {
    const one = release('1.0.0');
    expect(await stage(one)).toContainEqual({ step: 'venv', withinMs: 600_000 });
    expect(text(tree(one, 'venv/made'))).toBe('one\nwheel');
    expect(text(tree(one, 'venv/where')).trim()).toBe(dirname(realpathSync(tree(one, 'venv'))));
    expect(text(tree(one, 'venv/seen'))).toBe('requirements.txt\nvenv\nwheels\n');
    const variables = text(tree(one, 'venv/env'));
    expect(variables).toContain('OUTRIDER_STEP=prepare.venv');
    expect(variables).not.toMatch(/SECRET_OF_MINE|OUTRIDER_VERSION/);
    expect(lstatSync(tree(one, 'venv')).isSymbolicLink()).toBe(true);
  });

  it('runs once for the same inputs, whatever else is new, and again for others', async () => {
    const [one, two, three] = [release('1.0.0'), release('2.0.0'), release('3.0.0', 'other')];
    await stage(one);
    await stage(one);
    expect(await stage(two)).not.toContainEqual(expect.objectContaining({ step: 'venv' }));
    expect([runs(), readlinkSync(tree(two, 'venv'))]).toEqual([1, readlinkSync(tree(one, 'venv'))]);
    await stage(three);
    expect([runs(), text(tree(three, 'venv/made')), text(tree(one, 'venv/made'))]).toEqual([
      ...[2, 'one\nother', 'one\nwheel'],
    ]);
  });

  it('is prepared anew for new trees where its program is another one, and a tree keeps what it has', async () => {
    const [one, two] = [release('1.0.0'), release('2.0.0')];
    await stage(one);
    const before = readlinkSync(tree(one, 'venv'));
    interpreter = 'two';
    await sidecar().verify('assistants', one.release, 'mend');
    expect([runs(), readlinkSync(tree(one, 'venv'))]).toEqual([1, before]);
    await stage(two);
    expect([runs(), readlinkSync(tree(one, 'venv'))]).toEqual([2, before]);
    expect(readlinkSync(tree(two, 'venv'))).not.toBe(before);
  });

  it('finds the results of those that it depends on, and follows their inputs', async () => {
    const chain = (version: string, file: string) =>
      written(
        version,
        [
          ...['agents: { a: { command: [x] } }', 'prepare:'],
          '  base: { command: [sh, -c, "mkdir -p out && cp in out/copy"], files: [in], creates: out }',
          '  next: { command: [sh, -c, "mkdir deep/er && cp out/copy deep/er/again"], files: [], creates: deep/er, depends_on: [base] }',
        ].join('\n'),
        { in: file },
      );
    const [one, two] = [chain('1.0.0', 'x'), chain('2.0.0', 'y')];
    await stage(one);
    await stage(two);
    expect([text(tree(one, 'deep/er/again')), text(tree(two, 'deep/er/again'))]).toEqual(['x', 'y']);
    expect(results()).toHaveLength(4);
  });

  it.runIf(process.getuid?.() === 0)('runs as its user, and its result is nobody else’s to write to', async () => {
    const script = 'mkdir venv && id -u >venv/who && chmod 777 venv && cp /bin/true venv/true && chmod 6777 venv/true';
    const one = release('1.0.0', 'wheel', `umask 0; ${script}`, 'user: nobody');
    writeFileSync(scratch.path('ran'), '');
    chmodSync(scratch.path('ran'), 0o666);
    await stage(one);
    expect(text(tree(one, 'venv/who'))).toBe('65534\n');
    const found = ['', 'who', 'true'].map((path) => statSync(tree(one, `venv/${path}`)));
    expect(found.map(({ uid, mode }) => [uid, (mode & 0o7777).toString(8)])).toEqual([
      ...[[0, '755'], [0, '644'], [0, '755']], // prettier-ignore
    ]);
  });
});

describe('what fails', () => {
  it('fails the staging with what was said, leaves nothing, and is tried anew with the next staging', async () => {
    const failing = release('1.0.0', 'wheel', `mkdir venv; echo nearly there; [ -e ${scratch.path('go')} ] || exit 3`);
    await expect(stage(failing)).rejects.toThrow(
      /prepare\.venv: sh ended with 3\. It said: nearly there \(all of it: .*\)/,
    );
    expect([existsSync(tree(failing)), results()]).toEqual([false, []]);
    writeFileSync(scratch.path('go'), '');
    await stage(failing);
    expect([runs(), existsSync(tree(failing, 'venv'))]).toEqual([2, true]);
  });

  it('has not made what it creates, or can’t be run here at all', async () => {
    await expect(stage(release('1.0.0', 'wheel', 'true'))).rejects.toThrow(
      'prepare.venv has ended well, and venv, which it creates, is no folder and no file.',
    );
    const strange = written(
      '2.0.0',
      'agents: { a: { command: [x] } }\nprepare: { v: { command: [no-such-program], files: [], creates: v } }',
      {},
    );
    await expect(stage(strange)).rejects.toThrow('prepare.v runs no-such-program, which is not on this host');
    expect((await sidecar().needOf(strange.documents)).problem).toMatch(/which is not on this host/);
  });

  it('is killed with all that it has started when its time is over, or when the staging is stopped', async () => {
    const loop = `mkdir venv; sh -c 'while :; do sleep 0.02; date +%N >${scratch.path('alive')}; done' & wait`;
    await expect(stage(release('1.0.0', 'wheel', loop, 'timeout: 300ms'))).rejects.toThrow(
      /prepare\.venv: sh took longer than 0\.3 s/,
    );
    expect(programs()).toEqual([]);
    const abort = new AbortController();
    const staged = stage(release('2.0.0', 'wheel', loop), sidecar(), abort.signal);
    const ended = expect(staged).rejects.toThrow('The staging was stopped.');
    await eventually(() => expect(runs()).toBe(2));
    abort.abort();
    await ended;
    expect([results(), programs()]).toEqual([[], []]);
  });

  it('is no half result where a sidecar dies: the next one ends what it has left and makes it anew', async () => {
    const one = release(
      '1.0.0',
      'wheel',
      `mkdir venv; echo half >venv/made; while [ ! -e ${scratch.path('go')} ]; do sleep 0.05; done`,
    );
    const abort = new AbortController();
    const left = stage(one, sidecar(), abort.signal);
    const stopped = expect(left).rejects.toThrow();
    await eventually(() => expect(readdirSync(scratch.path('run/instances')).join()).toMatch(/prepare-.*json/));
    await eventually(() => expect(runs()).toBe(1));
    // The next sidecar kills it: the first one hears of that as of any end.
    const next = sidecar();
    await stopped;
    writeFileSync(scratch.path('go'), '');
    mkdirSync(scratch.path('data/prepared/assistants/half/venv'), { recursive: true });
    await stage(one, next);
    expect([runs(), text(tree(one, 'venv/made'))]).toEqual([2, 'half\n']);
    expect(results()).toHaveLength(1);
  });
});

describe('what is there', () => {
  it('is mended: the link, and a result that has gone', async () => {
    const one = release('1.0.0');
    await stage(one);
    unlinkSync(tree(one, 'venv'));
    mkdirSync(tree(one, 'venv/strange'), { recursive: true });
    await sidecar().verify('assistants', one.release, 'mend');
    expect([runs(), text(tree(one, 'venv/made'))]).toEqual([1, 'one\nwheel']);
    rmSync(scratch.path('data/prepared/assistants'), { recursive: true });
    await sidecar().verify('assistants', one.release, 'mend');
    expect([runs(), text(tree(one, 'venv/made'))]).toEqual([2, 'one\nwheel']);
  });

  it('is told before a rollout, with what its inputs take of the disk', async () => {
    const [one, two] = [release('1.0.0'), release('2.0.0')];
    const before = await sidecar().needOf(one.documents);
    expect(before.prepare).toEqual([{ name: 'venv', prepared: false }]);
    await stage(one);
    const after = await sidecar().needOf(two.documents);
    expect(after.prepare).toEqual([{ name: 'venv', prepared: true }]);
  });

  it('is put in order while another release is being prepared, and needs not wait for that', async () => {
    const one = release('1.0.0');
    const of = sidecar();
    await stage(one, of);
    const two = release('2.0.0', 'other', `while [ ! -e ${scratch.path('go')} ]; do sleep 0.05; done; ${MAKE}`);
    const staged = stage(two, of);
    await eventually(() => expect(runs()).toBe(2));
    unlinkSync(tree(one, 'venv'));
    await of.verify('assistants', one.release, 'mend');
    expect(text(tree(one, 'venv/made'))).toBe('one\nwheel');
    writeFileSync(scratch.path('go'), '');
    await staged;
    expect([runs(), text(tree(two, 'venv/made'))]).toEqual([2, 'one\nother']);
  });

  it('goes once no tree has it any more', async () => {
    const [one, two] = [release('1.0.0'), release('2.0.0', 'other')];
    await stage(one);
    await stage(two);
    expect(results()).toHaveLength(2);
    rmSync(tree(one), { recursive: true });
    await stage(two);
    expect([results().length, text(tree(two, 'venv/made'))]).toEqual([1, 'one\nother']);
    // Its links are known for as long as its tree can be made again.
    const known = () => readdirSync(scratch.path('data/prepared/.releases/assistants')).sort();
    expect(known()).toHaveLength(2);
    rmSync(scratch.path(`data/releases/assistants/manifests/${one.release.digest}.json`));
    await stage(two);
    expect(known()).toEqual([`${two.release.digest}.json`]);
  });
});
