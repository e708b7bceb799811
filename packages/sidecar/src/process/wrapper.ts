/**
 * What has to be set within the child before the program is executed: a line of shell that ends in `exec`, so that
 * the pid stays the program's own. Where nothing has to be, there is no shell either.
 */
import type { HeldSocket } from '../agent/identity.js';
import type { Credentials } from '../supervise/ports.js';

/** Each member absent: left as it is. */
export interface Preparation {
  /** The folder of the control group to move into. */
  readonly cgroup?: string;
  readonly rlimits?: Rlimits;
  readonly user?: Credentials;
  readonly noNewPrivileges?: boolean;
}

export interface Rlimits {
  /** Private writable memory of each process (RLIMIT_DATA). */
  readonly dataBytes?: number;
  /** Of the user, all together (RLIMIT_NPROC). */
  readonly processes?: number;
  readonly openFiles?: number;
}

interface Start {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly sockets: readonly HeldSocket[];
}

const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Something that was asked for could not be set: told in the log of the agent. */
const NOT_PREPARED = 126;

export function prepared(
  { command, env, sockets }: Start,
  preparation: Preparation,
): { readonly command: readonly string[]; readonly env: Record<string, string> } {
  const variables = { ...env, ...listenVariables(sockets) };
  const steps = [
    ...limitSteps(preparation),
    ...(sockets.length === 0 ? [] : ['export LISTEN_PID=$$']),
    ...('WATCHDOG_USEC' in env ? ['export WATCHDOG_PID=$$'] : []),
  ];
  // Shells differ in what they call this limit.
  const { processes } = preparation.rlimits ?? {};
  const prlimit = processes === undefined ? [] : ['/usr/bin/prlimit', `--nproc=${processes}:${processes}`];
  const setpriv = [...prlimit, ...rightsCommand(preparation)];
  if (steps.length === 0 && setpriv.length === 0) return { command, env: variables };
  // A shell drops variables it could not name itself; `env` hands them on.
  const odd = Object.entries(variables).filter(([name]) => !SHELL_NAME.test(name));
  const words = [
    ...setpriv,
    ...(odd.length === 0 ? [] : ['/usr/bin/env', ...odd.map(([name, value]) => `${name}=${value}`)]),
    ...command,
  ];
  return {
    command: ['/bin/sh', '-c', [...steps, 'exec "$@"'].join('; '), 'outrider', ...words],
    env: Object.fromEntries(Object.entries(variables).filter(([name]) => SHELL_NAME.test(name))),
  };
}

const listenVariables = (sockets: readonly HeldSocket[]): Record<string, string> =>
  sockets.length === 0
    ? {}
    : {
        LISTEN_FDS: String(sockets.length),
        LISTEN_FDNAMES: sockets.map((socket) => socket.name.replaceAll(':', '_')).join(':'),
      };

/** Root's steps come first: after `setpriv` it may be too late. */
function limitSteps({ cgroup, rlimits = {} }: Preparation): string[] {
  const { dataBytes, openFiles } = rlimits;
  return [
    ...(cgroup === undefined ? [] : [`echo $$ >${quoted(`${cgroup}/cgroup.procs`)}`]),
    ...(dataBytes === undefined ? [] : [`ulimit -d ${Math.ceil(dataBytes / 1024)}`]),
    ...(openFiles === undefined ? [] : [`ulimit -n ${openFiles}`]),
  ].map((step) => `${step} || exit ${NOT_PREPARED}`);
}

function rightsCommand({ user, noNewPrivileges }: Preparation): string[] {
  const options = [
    ...(user === undefined
      ? []
      : [`--reuid=${user.uid}`, `--regid=${user.gid}`, user.hasGroups ? '--init-groups' : '--clear-groups']),
    ...(noNewPrivileges === true ? ['--no-new-privs'] : []),
  ];
  return options.length === 0 ? [] : ['/usr/bin/setpriv', ...options, '--'];
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
