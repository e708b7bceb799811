/** Fails tests that leave something behind: processes, listening sockets, folders. Reads /proc; ends nothing itself. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { eventually } from './eventually.js';

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** Living processes (zombies are dead) for which `matches` holds. */
export function findProcesses(matches: (pid: number) => boolean): FoundProcess[] {
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      if (!matches(pid)) return [];
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      if (/^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')))) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
      return [{ pid, command: command.slice(0, 160) }];
    } catch {
      return []; // it has just ended
    }
  });
}

/** Whether a process was started with `NAME=VALUE` in its environment; children inherit it. */
export const hasVariable = (pid: number, variable: string): boolean =>
  `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`.includes(`\0${variable}\0`);

/**
 * Processes of a test: marked in their environment, or with its folder in their environment, command line or as
 * their working folder.
 */
export const processesOf = (marker: { readonly variable?: string; readonly folder?: string }): FoundProcess[] =>
  findProcesses((pid) => {
    if (marker.variable !== undefined && hasVariable(pid, marker.variable)) return true;
    if (marker.folder === undefined) return false;
    const inside = `${marker.folder}/`;
    return (
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(inside) ||
      readFileSync(`/proc/${pid}/environ`, 'utf8').includes(inside) ||
      `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(inside)
    );
  });

/** Children of this process, by their parent's pid in /proc. */
export const ownChildren = (): FoundProcess[] =>
  findProcesses((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(process.pid);
  });

/** Local `PORT`s that this process listens on (TCP over IPv4 and IPv6). */
export function ownListeners(): string[] {
  const inodes = new Set(
    readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  return ['/proc/self/net/tcp', '/proc/self/net/tcp6'].flatMap((file) => {
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode ?? ''))
      .map(([, local]) => String(Number.parseInt(local?.split(':')[1] ?? '', 16)));
  });
}

/**
 * Call before a test; what it returns, after it: rejects, naming what is there that was not there before. Waits
 * `withinMs` for what is ending.
 */
export function watchForLeaks(
  marker: { readonly variable?: string; readonly folder?: string } = {},
  withinMs = 5_000,
): () => Promise<void> {
  const look = (): string[] => [
    ...ownChildren().map(({ pid, command }) => `child process ${pid}: ${command}`),
    ...(marker.variable === undefined && marker.folder === undefined
      ? []
      : processesOf(marker).map(({ pid, command }) => `process ${pid}: ${command}`)),
    ...ownListeners().map((port) => `listener on port ${port}`),
    ...(marker.folder !== undefined && existsSync(marker.folder) ? [`folder ${marker.folder}`] : []),
  ];
  const before = new Set(look());
  const left = (): string[] => look().filter((thing) => !before.has(thing));
  return async () => {
    await eventually(() => left().length === 0, {
      timeoutMs: withinMs,
      describe: () => `nothing to be left behind, but there is: ${left().join('; ')}`,
    });
  };
}
