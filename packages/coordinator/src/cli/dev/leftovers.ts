/**
 * Ends by force what is left of a fleet's agents, without asking anybody. Kills only what provably belongs to the
 * state folder: sessions that its sidecars have recorded, and processes that say so in their environment.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Layout } from './layout.js';

const TRIES = 250;
const TRY_AGAIN_MS = 20;

/** SIGKILL, again and again until nothing is left. */
export async function killLeftovers(layout: Layout): Promise<void> {
  for (let tries = 0; tries < TRIES && killLeftoversOnce(layout) > 0; tries += 1) await pause(TRY_AGAIN_MS);
}

/** Returns how many there were. */
export function killLeftoversOnce(layout: Layout): number {
  const sessions = recordedSessions(layout);
  const left = processes().filter((one) => inSession(one, sessions) || isAgentOf(one.pid, layout.folder));
  for (const { pid } of left) kill(pid);
  return left.length;
}

interface Recorded {
  readonly pid: number;
  readonly startTicks: number;
}

/** Each agent leads a session of its own; its sidecar has noted which. */
function recordedSessions(layout: Layout): ReadonlyMap<number, number> {
  const found = list(layout.run).flatMap((host) => {
    const folder = join(layout.run, host, 'instances');
    return list(folder).flatMap((name) => identityIn(read(join(folder, name))) ?? []);
  });
  return new Map(found.map(({ pid, startTicks }) => [pid, startTicks]));
}

function identityIn(text: string): Recorded | undefined {
  try {
    const { identity } = JSON.parse(text) as { readonly identity?: Partial<Recorded> };
    const { pid, startTicks } = identity ?? {};
    return typeof pid === 'number' && typeof startTicks === 'number' ? { pid, startTicks } : undefined;
  } catch {
    return undefined;
  }
}

interface Process extends Recorded {
  readonly session: number;
}

/** All living ones; a zombie has ended. */
function processes(): readonly Process[] {
  return list('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const stat = read(`/proc/${name}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = 'Z', , , session] = fields;
    return /^[ZX]/.test(state) ? [] : [{ pid: Number(name), session: Number(session), startTicks: Number(fields[19]) }];
  });
}

/** Members, unless the number of the session is another process's by now. */
function inSession({ session }: Process, sessions: ReadonlyMap<number, number>): boolean {
  const ticks = sessions.get(session);
  if (ticks === undefined) return false;
  const stat = read(`/proc/${session}/stat`);
  return stat === '' || Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) === ticks;
}

/** An agent says in its first environment which one it is, and works or speaks below the folder. */
function isAgentOf(pid: number, folder: string): boolean {
  const environment = read(`/proc/${pid}/environ`);
  if (!`\0${environment}`.includes('\0OUTRIDER_INCARNATION=')) return false;
  return environment.includes(`${folder}/`) || linkOf(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

// What cannot be read is gone, or is another user's and none of ours.
const read = (path: string): string => orElse('', () => readFileSync(path, 'utf8'));
const list = (path: string): string[] => orElse([], () => readdirSync(path));
const linkOf = (path: string): string => orElse('', () => readlinkSync(path));

function orElse<T>(otherwise: T, ask: () => T): T {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}
