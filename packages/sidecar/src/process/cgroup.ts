/**
 * Control groups of version 2: one for each incarnation, in a folder that was delegated to Outrider beside the
 * sidecar's own unit. Knows how the kernel's files look; decides nothing.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attempt } from './attempt.js';

/** Where the tree of version 2 is mounted: alone, or beside version 1. */
const MOUNTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];
/** The unit that keeps the folder: systemd/outrider-agents.service. */
const HOME_UNIT = 'system.slice/outrider-agents.service';
/** In which that unit's own process waits. */
const HOLDER = 'holder';
const PERIOD_MICROS = 100_000;

export type Controller = 'memory' | 'cpu' | 'pids';

export interface CgroupLimits {
  readonly memoryBytes?: number;
  readonly cpus?: number;
  readonly pids?: number;
}

/** The folder in which those of incarnations are made. */
export class CgroupHome {
  /** @throws where nothing may be made in it */
  constructor(readonly folder: string) {
    // It must be ours: a probe that is refused says so now, not at the first start.
    const probe = join(folder, `probe.${process.pid}`);
    mkdirSync(probe);
    rmdirSync(probe);
  }

  /** Those that limit what is below; the others can't be had here. Its unit may have been started anew since they were asked. */
  get controllers(): ReadonlySet<Controller> {
    return enable(this.folder);
  }

  /** Of the unit, where systemd has it; undefined elsewhere. */
  static find(): CgroupHome | undefined {
    const folder = MOUNTS.map((mount) => join(mount, HOME_UNIT)).find((path) => existsSync(join(path, 'cgroup.kill')));
    return folder === undefined ? undefined : attempt(() => new CgroupHome(folder));
  }

  /**
   * Makes that of an incarnation, with the limits that `controllers` can set; idempotent.
   * @throws where the kernel refuses, or that of processors is missing, which nothing else limits
   */
  make(incarnation: string, { memoryBytes, cpus, pids }: CgroupLimits, controllers: ReadonlySet<Controller>): string {
    const folder = join(this.folder, incarnation);
    if (!existsSync(folder)) mkdirSync(folder);
    const set = (controller: Controller, value: string | undefined): void => {
      if (value === undefined) return;
      if (controllers.has(controller)) writeFileSync(join(folder, `${controller}.max`), value);
      else if (controller === 'cpu') throw new Error(`${this.folder} has no controller "cpu" at the moment.`);
    };
    set('memory', memoryBytes?.toString());
    set('cpu', cpus === undefined ? undefined : cpuMax(cpus));
    set('pids', pids?.toString());
    return folder;
  }

  /** That of an incarnation, where there is one. */
  find(incarnation: string): string | undefined {
    const folder = join(this.folder, incarnation);
    return existsSync(folder) ? folder : undefined;
  }

  /** Removes what earlier incarnations have left empty. */
  sweep(): void {
    for (const entry of readdirSync(this.folder, { withFileTypes: true })) {
      const folder = join(this.folder, entry.name);
      if (entry.isDirectory() && entry.name !== HOLDER && cgroupMembers(folder)?.length === 0) removeCgroup(folder);
    }
  }
}

/** So many microseconds of each period; the kernel wants a thousand at least. */
const cpuMax = (cpus: number): string => `${Math.max(1_000, Math.round(cpus * PERIOD_MICROS))} ${PERIOD_MICROS}`;

const CONTROLLERS: readonly Controller[] = ['memory', 'cpu', 'pids'];

/**
 * Turns on what limits can be set with, all at once, and only while no process sits in the folder itself (its unit has
 * just been started): the kernel would take `cpu` and `pids` alone then, and nothing could be moved below any more.
 */
function enable(folder: string): ReadonlySet<Controller> {
  const control = join(folder, 'cgroup.subtree_control');
  const isOn = new Set(words(control) as Controller[]);
  const missing = words(join(folder, 'cgroup.controllers')).filter(
    (name) => CONTROLLERS.includes(name as Controller) && !isOn.has(name as Controller),
  );
  if (missing.length === 0 || words(join(folder, 'cgroup.procs')).length > 0) return isOn;
  attempt(() => writeFileSync(control, missing.map((name) => `+${name}`).join(' ')));
  return new Set(words(control) as Controller[]);
}

/** Pids of all that live in it and below; undefined where it is no more. */
export function cgroupMembers(folder: string): readonly number[] | undefined {
  try {
    const own = words(join(folder, 'cgroup.procs')).map(Number);
    const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...own, ...below.flatMap(({ name }) => cgroupMembers(join(folder, name)) ?? [])];
  } catch {
    return undefined;
  }
}

/** SIGKILL to all of it at once, whatever it forks meanwhile. */
export function killCgroup(folder: string): void {
  attempt(() => writeFileSync(join(folder, 'cgroup.kill'), '1'));
}

/** With what it has below itself; stays where something lives in it. */
export function removeCgroup(folder: string): void {
  attempt(() => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeCgroup(join(folder, entry.name));
    }
    rmdirSync(folder);
  });
}

/** How often the kernel has killed in it for memory. */
export function oomKillsIn(folder: string): number {
  const line = attempt(() => readFileSync(join(folder, 'memory.events'), 'latin1'))?.match(/^oom_kill (\d+)$/m);
  return Number(line?.[1] ?? 0);
}

/** Whether a process is where it was put, or on its way there; false: it sits in that of another incarnation. */
export function mayBeIn(pid: number, folder: string): boolean {
  const line = attempt(() => readFileSync(`/proc/${pid}/cgroup`, 'latin1'))?.match(/^0::(.*)$/m);
  const path = line?.[1] ?? '';
  const home = dirname(folder);
  const mount = MOUNTS.filter((one) => home.startsWith(`${one}/`)).at(-1) ?? '';
  const inHome = `${mount}${path}`.startsWith(`${home}/`);
  return !inHome || `${mount}${path}/`.startsWith(`${folder}/`);
}

const words = (path: string): string[] =>
  (attempt(() => readFileSync(path, 'latin1')) ?? '').split(/\s+/).filter((word) => word !== '');
