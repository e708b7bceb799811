/** On the real tree of control groups, where this machine lets us make some; elsewhere there is nothing to show. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CgroupHome, cgroupMembers, mayBeIn } from './cgroup.js';
import { isSame } from './process-stat.js';
import { createProcesses } from './processes.js';
import { Scratch, marked } from './testing/scratch.js';

const mount = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) => existsSync(join(path, 'cgroup.procs')));

function writableHome(): string | undefined {
  const folder = join(mount ?? '/nowhere', `outrider-test-${process.pid}`);
  try {
    mkdirSync(folder);
    rmdirSync(folder);
    return existsSync(join(mount ?? '', 'cgroup.kill')) || mount !== undefined ? folder : undefined;
  } catch {
    return undefined;
  }
}

const folder = writableHome();

describe.skipIf(folder === undefined)('a control group for each incarnation', () => {
  let home: CgroupHome;
  let scratch: Scratch;
  beforeEach(() => {
    mkdirSync(folder!);
    home = new CgroupHome(folder!);
    scratch = new Scratch(home);
  });
  afterEach(async () => {
    await scratch.end();
    await eventually(() => {
      home.sweep();
      rmdirSync(folder!);
      return true;
    });
  });

  async function started(script: string) {
    const incarnation = scratch.incarnation();
    const running = scratch.start({ command: ['sh', '-c', script], logFile: scratch.path(incarnation) }, incarnation);
    await eventually(() => expect(scratch.read(incarnation)).toContain('ready\n'));
    return running;
  }

  test('the program runs in it, as does all that it starts, and it is gone with them', async () => {
    const tree = await started('sleep 1001 & (setsid env -i sleep 1002 &) ; echo ready; wait');
    const cgroup = tree.identity.cgroup!;
    expect(cgroup).toBe(join(folder!, tree.incarnation));
    expect(readFileSync(`/proc/${tree.identity.pid}/cgroup`, 'utf8')).toContain(`/${tree.incarnation}\n`);
    expect(cgroupMembers(cgroup)).toHaveLength(3);
    expect(await scratch.processes.killTree(tree.identity, tree.incarnation)).toEqual([]);
    expect(existsSync(cgroup)).toBe(false);
  });

  test('what has left its session, its parent and its environment is ended too, also by the next sidecar', async () => {
    const bare = `(setsid env -i sh -c 'echo $$ >${scratch.path('bare')}; echo ready; exec sleep 1000' &); exit 3`;
    const tree = await started(bare);
    expect(await tree.ended).toEqual({ kind: 'code', code: 3 });
    const pid = Number(scratch.read('bare'));
    expect(marked(tree.incarnation)).toEqual([]);
    expect(cgroupMembers(tree.identity.cgroup!)).toEqual([pid]);
    expect(await createProcesses(home).killTree(tree.identity, tree.incarnation)).toEqual([]);
    expect(cgroupMembers(tree.identity.cgroup!)).toBeUndefined();
  });

  test('it is part of what proves a process', async () => {
    const [one, other] = [await started('echo ready; exec sleep 1000'), await started('echo ready; exec sleep 1000')];
    expect(isSame(one.identity)).toBe(true);
    expect(isSame({ ...one.identity, cgroup: other.identity.cgroup! })).toBe(false);
    // Not moved yet, or from before there were any.
    expect(mayBeIn(process.pid, one.identity.cgroup!)).toBe(true);
  });

  test('what is left empty by earlier incarnations goes, what is lived in stays', async () => {
    const tree = await started('echo ready; exec sleep 1000');
    mkdirSync(join(folder!, 'old', 'below'), { recursive: true });
    home.sweep();
    const left = readdirSync(folder!, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(left.map(({ name }) => name)).toEqual([tree.incarnation]);
  });

  test('a start that fails leaves none behind', () => {
    expect(() => scratch.start({ command: ['./nothing'] })).toThrow('there is no such file');
    expect(readdirSync(folder!, { withFileTypes: true }).filter((entry) => entry.isDirectory())).toEqual([]);
  });

  test('limits are set where there is a controller for them', async () => {
    // Else staging has refused it.
    const cpus = home.controllers.has('cpu') ? { cpus: 0.5 } : {};
    const confinement = { noNewPrivileges: false, memoryBytes: 64 << 20, pids: 7, ...cpus };
    const { incarnation, identity } = scratch.start({ command: ['sleep', '1000'], confinement });
    expect(identity.cgroup).toBe(join(folder!, incarnation));
    const values = { memory: String(64 << 20), cpu: '50000 100000', pids: '7' };
    for (const controller of home.controllers) {
      expect(readFileSync(join(identity.cgroup!, `${controller}.max`), 'utf8').trim()).toBe(values[controller]);
    }
  });
});

test('a folder that is no control group is refused', () => {
  expect(() => new CgroupHome('/proc/nowhere')).toThrow('/proc/nowhere');
});

/** What the kernel would do with it is not to be had here: only what is written when. */
test('controllers are turned on together, and not while a process sits in the folder itself', () => {
  const plain = mkdtempSync(join(tmpdir(), 'outrider-cgroup-'));
  const write = (name: string, text: string): void => writeFileSync(join(plain, name), text);
  try {
    write('cgroup.controllers', 'cpuset cpu io memory pids\n');
    write('cgroup.subtree_control', '');
    write('cgroup.procs', '4711\n');
    const home = new CgroupHome(plain);
    expect([...home.controllers]).toEqual([]);
    expect(readFileSync(join(plain, 'cgroup.subtree_control'), 'utf8')).toBe('');
    expect(() => home.make('i1', { cpus: 1 }, home.controllers)).toThrow('has no controller "cpu" at the moment');
    write('cgroup.procs', '');
    expect(home.controllers.size).toBe(3);
    expect(readFileSync(join(plain, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu +memory +pids');
    write('cgroup.subtree_control', 'cpu memory pids\n');
    expect([...home.controllers]).toEqual(['cpu', 'memory', 'pids']);
    mkdirSync(join(plain, 'holder'));
    home.sweep();
    expect(existsSync(join(plain, 'holder'))).toBe(true);
  } finally {
    rmSync(plain, { recursive: true });
  }
});
