/**
 * How programs on one machine find each other: each daemon leaves a note with its endpoint and the path of its
 * token file in a private folder. Notes hold no secret; whoever can't read the token file gets no further.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from './durable-file.js';
import { OutriderError } from './errors.js';
import { statFields } from './proc-stat.js';
import { readToken } from './token.js';

export type DaemonKind = 'sidecar' | 'coordinator';

export interface DaemonNote {
  /** gRPC, `HOST:PORT`. */
  readonly endpoint: string;
  readonly tokenFile: string;
  /** `HOST:PORT` of its HTTP. */
  readonly http?: string;
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
export function publishEndpoint(
  program: DaemonKind,
  daemon: Pick<DaemonNote, 'endpoint' | 'tokenFile' | 'http'>,
  folder: string = rendezvousFolder(),
): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isOurs(folder)) {
    throw new OutriderError(
      'refused',
      `The folder ${folder} can be written by other users. Remove it, or name another in OUTRIDER_RENDEZVOUS.`,
    );
  }
  const startTicks = startTicksOf(process.pid);
  const note: DaemonNote = { ...daemon, pid: process.pid, ...(startTicks === undefined ? {} : { startTicks }) };
  const path = join(folder, `${program}-${daemon.endpoint.replace(/:(\d+)$/, '-$1').replace(/[^\w.-]/g, '_')}.json`);
  writeAtomically(path, `${JSON.stringify(note)}\n`, 0o600);
  return () => {
    if (readNote(path)?.pid === process.pid) rmSync(path, { force: true });
  };
}

/** Every daemon of this kind that runs, sorted by endpoint. Notes of dead ones, and of other users, do not count. */
export function findDaemons(program: DaemonKind, folder: string = rendezvousFolder()): readonly DaemonNote[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // no daemon has ever run here, or it is not ours to look
  }
  if (!isOurs(folder)) return [];
  return names
    .filter((name) => name.startsWith(`${program}-`) && name.endsWith('.json'))
    .sort()
    .flatMap((name) => readNote(join(folder, name)) ?? [])
    .filter(isAlive);
}

/**
 * The daemon at `endpoint`, or without one the only one that runs (`preferred` among several). Its token is that of
 * its note, unless $OUTRIDER_TOKEN_FILE names a file: so daemons of other machines are spoken to.
 * @throws OutriderError('invalid') where there are several to choose from.
 */
export function findEndpoint(
  program: DaemonKind,
  endpoint?: string,
  preferred?: string,
  folder: string = rendezvousFolder(),
): { readonly endpoint: string; readonly token: string | undefined; readonly http?: string } | undefined {
  const notes = findDaemons(program, folder);
  // A daemon that listens on several addresses has left a note for each.
  const only = new Set(notes.map((note) => note.pid)).size === 1 ? notes[0] : undefined;
  const found =
    endpoint === undefined
      ? (notes.find((note) => note.endpoint === preferred) ?? only)
      : notes.find((note) => note.endpoint === endpoint);
  if (found === undefined && endpoint === undefined && notes.length > 0) {
    const choices = notes.map((note) => note.endpoint).join(', ');
    throw new OutriderError('invalid', `Several run here: ${choices}. Choose one with --endpoint.`);
  }
  const tokenFile = process.env['OUTRIDER_TOKEN_FILE'] ?? found?.tokenFile;
  const where = found?.endpoint ?? endpoint;
  if (where === undefined || tokenFile === undefined) return undefined;
  return {
    endpoint: where,
    token: readToken(tokenFile),
    ...(found?.http === undefined ? {} : { http: found.http }),
  };
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

function readNote(path: string): DaemonNote | undefined {
  try {
    const note = JSON.parse(readFileSync(path, 'utf8')) as Partial<DaemonNote> | null;
    return typeof note?.endpoint === 'string' && typeof note.tokenFile === 'string' && Number.isInteger(note.pid)
      ? (note as DaemonNote)
      : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(note: DaemonNote): boolean {
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
