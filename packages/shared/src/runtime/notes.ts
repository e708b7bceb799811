/**
 * Notes that a daemon leaves for other programs of its user in a private folder while it runs. What stands in them is
 * for others to say; they hold no secret.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from './durable-file.js';
import { OutriderError } from './errors.js';
import { statFields } from './proc-stat.js';

export interface Note {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: a pid alone may be another's by now. Absent where there is no /proc. */
  readonly startTicks?: number;
}

/** $OUTRIDER_RENDEZVOUS, else a folder of the system for root, else one of the user. */
export function rendezvousFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const chosen = env['OUTRIDER_RENDEZVOUS'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const uid = process.getuid?.() ?? 0;
  if (uid === 0) return '/run/outrider/endpoints';
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime === undefined || runtime === ''
    ? `/tmp/outrider-${uid}/endpoints`
    : join(runtime, 'outrider', 'endpoints');
}

/**
 * Leaves the note of this process; the returned function takes it away again (and only this one).
 * @throws OutriderError('refused') where the folder is somebody else's.
 */
export function leaveNote(name: string, said: object, folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isOurs(folder)) {
    throw new OutriderError(
      'refused',
      `The folder ${folder} can be written by other users. Remove it, or name another in OUTRIDER_RENDEZVOUS.`,
    );
  }
  const startTicks = startTicksOf(process.pid);
  const note: Note = { ...said, pid: process.pid, ...(startTicks === undefined ? {} : { startTicks }) };
  const path = join(folder, `${name.replace(/:(\d+)$/, '-$1').replace(/[^\w.-]/g, '_')}.json`);
  writeAtomically(path, `${JSON.stringify(note)}\n`, 0o600);
  return () => {
    if ((readNote(path) as Partial<Note> | undefined)?.pid === process.pid) rmSync(path, { force: true });
  };
}

/** The notes of those that run whose name begins so, sorted by name. Notes of dead ones, and of other users, do not count. */
export function readNotes<N extends Note>(
  prefix: string,
  isOne: (note: Partial<N>) => boolean,
  folder: string,
): readonly N[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // no daemon has ever run here, or it is not ours to look
  }
  if (!isOurs(folder)) return [];
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      const note = readNote(join(folder, name)) as Partial<N> | undefined;
      return note !== undefined && Number.isInteger(note.pid) && isOne(note) ? [note as N] : [];
    })
    .filter(isAlive);
}

/** Whether nobody else can write there: what such a folder says may be believed. */
function isOurs(folder: string): boolean {
  const stats = lstatSync(folder);
  return (
    stats.isDirectory() &&
    (process.getuid === undefined || stats.uid === process.getuid()) &&
    (stats.mode & 0o022) === 0
  );
}

function readNote(path: string): object | undefined {
  try {
    const note = JSON.parse(readFileSync(path, 'utf8')) as unknown;
    return typeof note === 'object' && note !== null ? note : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(note: Note): boolean {
  try {
    process.kill(note.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const ticks = startTicksOf(note.pid);
  return note.startTicks === undefined || ticks === undefined || ticks === note.startTicks;
}

function startTicksOf(pid: number): number | undefined {
  try {
    const field = statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return field === undefined ? undefined : Number(field(22));
  } catch {
    return undefined;
  }
}
