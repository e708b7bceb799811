/**
 * posix_spawn(3): a program as a child of this process, without a copy of this process's memory first. Reset signals,
 * a session of its own, a folder, and the descriptors it is given; nothing else of ours is left open in it, since all
 * of ours close on exec.
 */
import { libcCall } from './library.js';

const initActions = libcCall('int posix_spawn_file_actions_init(void *actions)');
const destroyActions = libcCall('int posix_spawn_file_actions_destroy(void *actions)');
const addOpen = libcCall(
  'int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, uint32_t mode)',
);
const addDup2 = libcCall('int posix_spawn_file_actions_adddup2(void *actions, int fd, int newfd)');
const addClose = libcCall('int posix_spawn_file_actions_addclose(void *actions, int fd)');
const addFolder = libcCall('int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)');
const initAttributes = libcCall('int posix_spawnattr_init(void *attributes)');
const setFlags = libcCall('int posix_spawnattr_setflags(void *attributes, short flags)');
const setDefaultSignals = libcCall('int posix_spawnattr_setsigdefault(void *attributes, const void *signals)');
const setSignalMask = libcCall('int posix_spawnattr_setsigmask(void *attributes, const void *signals)');
const posixSpawn = libcCall(
  'int posix_spawn(_Out_ int *pid, const char *path, void *actions, void *attributes, const char **argv, const char **envp)',
);

/** Larger than `posix_spawn_file_actions_t` and `posix_spawnattr_t` anywhere. */
const STRUCTURE_BYTES = 1_024;
const SIGSET_BYTES = 128;
/** POSIX_SPAWN_SETSIGDEF | _SETSIGMASK | _SETSID */
const FLAGS = 0x04 | 0x08 | 0x80;
const O_RDONLY = 0;

export interface ProgramStart {
  /** Absolute. */
  readonly path: string;
  /** With its own name first. */
  readonly argv: readonly string[];
  /** `NAME=VALUE` */
  readonly environment: readonly string[];
  readonly cwd: string;
  /** For standard output and error. */
  readonly output: number;
  /** For 3 and on. */
  readonly passed: readonly number[];
}

let attributes: Uint8Array | undefined;

/** The pid, or the number of the error where there is no process. */
export function spawnProgramFile(start: ProgramStart): { readonly pid: number } | { readonly errno: number } {
  const actions = actionsOf(start);
  const pid = [0];
  try {
    const argv = [...start.argv, null];
    const environment = [...start.environment, null];
    const error = posixSpawn(pid, start.path, actions, (attributes ??= newAttributes()), argv, environment);
    return error === 0 ? { pid: pid[0] ?? 0 } : { errno: error };
  } finally {
    destroyActions(actions);
  }
}

function actionsOf({ cwd, output, passed }: ProgramStart): Uint8Array {
  const actions = new Uint8Array(STRUCTURE_BYTES);
  initActions(actions);
  addFolder(actions, cwd);
  addOpen(actions, 0, '/dev/null', O_RDONLY, 0);
  addDup2(actions, output, 1);
  addDup2(actions, output, 2);
  // First out of the way, above all of them: what is passed on may sit where another has to go.
  const aside = Math.max(...passed, 2 + passed.length) + 1;
  passed.forEach((fd, index) => addDup2(actions, fd, aside + index));
  passed.forEach((_, index) => {
    addDup2(actions, aside + index, 3 + index);
    addClose(actions, aside + index);
  });
  return actions;
}

/** As a shell would have them: no signal blocked or ignored. */
function newAttributes(): Uint8Array {
  const made = new Uint8Array(STRUCTURE_BYTES);
  initAttributes(made);
  setFlags(made, FLAGS);
  setDefaultSignals(made, new Uint8Array(SIGSET_BYTES).fill(0xff));
  setSignalMask(made, new Uint8Array(SIGSET_BYTES));
  return made;
}
