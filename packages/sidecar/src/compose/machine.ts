/** What this machine gives to agents: processes with their limits and rights, and secrets. */
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { SidecarConfig } from '../config.js';
import { CgroupHome } from '../process/cgroup.js';
import type { FdStore } from '../process/fd-store.js';
import { denyNewPrivileges } from '../process/libc/processes.js';
import { createLimits } from '../process/limits.js';
import { createProcesses } from '../process/processes.js';
import { createSecrets } from '../store/secrets.js';
import type { Limits, Processes, Secrets } from '../supervise/ports.js';
import type { CrashPoints } from './crash-for-tests.js';

export interface Machine {
  readonly processes: Processes;
  readonly limits: Limits;
  readonly secrets: Secrets;
}

export interface MachineParts {
  /** What systemd keeps for this sidecar. */
  readonly store: FdStore;
  readonly crash: CrashPoints;
  readonly warn: (sentence: string) => void;
}

export function machineOf(config: SidecarConfig, { store, crash, warn }: MachineParts): Machine {
  const cgroups = cgroupHome(config, warn);
  cgroups?.sweep();
  const limits = createLimits({
    controllers: () => cgroups?.controllers ?? new Set(),
    noNewPrivileges: config.noNewPrivileges && giveUpPrivileges(warn),
    uid: process.getuid?.() ?? 0,
  });
  return {
    processes: crash.processes(createProcesses(cgroups, store)),
    limits,
    secrets: createSecrets({ ...config, warn }),
  };
}

/** Where incarnations get control groups of their own; undefined: nowhere, as on most machines. */
function cgroupHome({ cgroup }: SidecarConfig, warn: (sentence: string) => void): CgroupHome | undefined {
  if (cgroup === 'off') return undefined;
  try {
    return cgroup === 'auto' ? CgroupHome.find() : new CgroupHome(cgroup);
  } catch (error) {
    warn(`Agents get no control groups of their own: ${cgroup} can't be used: ${messageOf(error)}.`);
    return undefined;
  }
}

function giveUpPrivileges(warn: (sentence: string) => void): boolean {
  try {
    denyNewPrivileges();
    return true;
  } catch (error) {
    warn(`New privileges are given up by each agent for itself: ${messageOf(error)}.`);
    return false;
  }
}
