/**
 * The port `Limits` over this machine: which limits and rights an agent asks for can be applied here, and by what.
 * What can't be is a sentence for the one who stages the release, never a silence.
 */
import { readFileSync } from 'node:fs';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Confinement, Limits } from '../supervise/ports.js';
import type { Controller } from './cgroup.js';
import { isExecutable } from './program.js';
import { credentialsOf } from './users.js';
import type { Preparation, Rlimits } from './wrapper.js';

const SETPRIV = '/usr/bin/setpriv';

export interface MachineLimits {
  /** Of the control groups that incarnations get; none where they get none. */
  readonly controllers: () => ReadonlySet<Controller>;
  /** This sidecar has given up new privileges itself, and so for all that it starts. */
  readonly noNewPrivileges: boolean;
  readonly uid: number;
}

export const createLimits = (machine: MachineLimits): Limits => ({
  problemOf: (agent) => {
    const problem = problemOf(agent, machine);
    return problem === undefined ? undefined : `agents.${agent.name}.${problem}`;
  },
  confinementOf: (agent) => confinementOf(agent, machine),
});

function problemOf(agent: HostAgent, machine: MachineLimits): string | undefined {
  return problemOfUser(agent, machine) ?? problemOfResources(agent, machine) ?? problemOfRights(agent, machine);
}

function problemOfUser({ user }: HostAgent, { uid }: MachineLimits): string | undefined {
  if (user === undefined) return undefined;
  const found = credentialsOf(user);
  if ('problem' in found) return noSuchUser(user, found);
  if (uid !== 0 && uid !== found.uid) {
    return `user is "${user}", but only a sidecar that runs as root can start agents as another user.`;
  }
  return uid === 0 && !isExecutable(SETPRIV) ? `user needs ${SETPRIV} (package util-linux).` : undefined;
}

const noSuchUser = (user = '', { problem }: { readonly problem: string }): string => `user "${user}" ${problem}.`;

function problemOfResources({ user, resources = {} }: HostAgent, machine: MachineLimits): string | undefined {
  const { cpus, pids, openFiles } = resources;
  const controllers = machine.controllers();
  if (cpus !== undefined && !controllers.has('cpu')) return `resources.cpus ${NEEDS_CGROUP}`;
  if (pids !== undefined && !controllers.has('pids')) {
    // Counted for the user as a whole, and not at all for root.
    const runsAs = user === undefined ? machine.uid : uidOf(user);
    if (runsAs === 0) return `resources.pids ${NEEDS_CGROUP} With "user:" it can be limited for that user as a whole.`;
  }
  const most = machine.uid === 0 ? mostOpenFiles() : ownHardLimit('Max open files');
  if (openFiles !== undefined && openFiles > most) {
    return `resources.open_files is ${openFiles}; this host allows at most ${most}.`;
  }
  return undefined;
}

const NEEDS_CGROUP =
  'needs a control group (version 2) with that controller, and this host has none for agents: install outrider-agents.service (systemd/README.md) or leave the limit out.';

function problemOfRights({ noNewPrivileges }: HostAgent, machine: MachineLimits): string | undefined {
  if (noNewPrivileges !== false && !machine.noNewPrivileges && !isExecutable(SETPRIV)) {
    return `no_new_privileges needs ${SETPRIV} (package util-linux) where the sidecar has not given them up itself.`;
  }
  if (noNewPrivileges !== false || !machine.noNewPrivileges) return undefined;
  return 'no_new_privileges is false, but the sidecar of this host has given up new privileges for all: write "no_new_privileges: false" in its sidecar.yaml.';
}

function confinementOf({ user, resources = {}, noNewPrivileges }: HostAgent, machine: MachineLimits): Confinement {
  const found = user === undefined ? undefined : credentialsOf(user);
  if (found !== undefined && 'problem' in found) throw new OutriderError('invalid', noSuchUser(user, found));
  // Who runs as that user already has nothing to change.
  const changes = found !== undefined && machine.uid === 0;
  return {
    ...resources,
    ...(changes ? { user: found } : {}),
    noNewPrivileges: noNewPrivileges !== false && !machine.noNewPrivileges,
  };
}

/** What control groups don't take is left for the process itself. */
export function preparationOf(
  { user, noNewPrivileges, memoryBytes, pids, openFiles }: Confinement,
  cgroup: string | undefined,
  controllers: ReadonlySet<Controller>,
): Preparation {
  const rlimits: Rlimits = {
    ...(memoryBytes === undefined || controllers.has('memory') ? {} : { dataBytes: memoryBytes }),
    ...(pids === undefined || controllers.has('pids') ? {} : { processes: pids }),
    ...(openFiles === undefined ? {} : { openFiles }),
  };
  return {
    rlimits,
    noNewPrivileges,
    ...(cgroup === undefined ? {} : { cgroup }),
    ...(user === undefined ? {} : { user }),
  };
}

function uidOf(user: string): number {
  const found = credentialsOf(user);
  return 'problem' in found ? 0 : found.uid;
}

const mostOpenFiles = (): number => Number(readFileSync('/proc/sys/fs/nr_open', 'latin1'));

function ownHardLimit(name: string): number {
  const line = readFileSync('/proc/self/limits', 'latin1')
    .split('\n')
    .find((one) => one.startsWith(name));
  const hard = line?.slice(name.length).trim().split(/\s+/)[1];
  return hard === 'unlimited' ? Infinity : Number(hard ?? 0);
}
