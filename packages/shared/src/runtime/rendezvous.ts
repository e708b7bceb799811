/**
 * Owns the folder in which daemons note where they are, so that a CLI of the same user on the same machine
 * finds endpoint and token by itself. Holds no secret: the token stays in its file.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAtomically } from './durable-file.js';
import { OutriderError } from './errors.js';

export type DaemonKind = 'sidecar' | 'coordinator';

export interface DaemonNote {
  /** `HOST:PORT` of its gRPC. */
  readonly endpoint: string;
  /** Absolute path. */
  readonly tokenFile: string;
  readonly pid: number;
  /** `HOST:PORT` of its HTTP. */
  readonly http?: string;
}

export interface FoundDaemon extends DaemonNote {
  /** False: its process is gone, and the note is what it left behind. */
  readonly isAlive: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

export function rendezvousFolder(env: Env = process.env): string {
  const given = env['OUTRIDER_RENDEZVOUS'] ?? '';
  if (given !== '') return given;
  const uid = process.getuid?.() ?? 0;
  if (uid === 0) return '/run/outrider/endpoints';
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  return runtime === '' ? join(tmpdir(), `outrider-${uid}`, 'endpoints') : join(runtime, 'outrider', 'endpoints');
}

/** Leaves a note; the returned function takes it away again, unless another process has replaced it. */
export function announce(kind: DaemonKind, note: DaemonNote, env: Env = process.env): () => void {
  const folder = rendezvousFolder(env);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  checkOwner(folder);
  chmodSync(folder, 0o700);
  const path = join(
    folder,
    `${kind}-${note.endpoint.replace(/:(\d+)$/, '-$1').replaceAll(/[^A-Za-z0-9.-]/g, '_')}.json`,
  );
  writeAtomically(path, `${JSON.stringify(note)}\n`, 0o600);
  return () => {
    if (readNote(path)?.pid === note.pid) rmSync(path, { force: true });
  };
}

/** Those that run first; an unreadable note is passed over. */
export function findDaemons(kind: DaemonKind, env: Env = process.env): readonly FoundDaemon[] {
  const folder = rendezvousFolder(env);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  checkOwner(folder);
  return names
    .filter((name) => name.startsWith(`${kind}-`) && name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      const note = readNote(join(folder, name));
      return note === undefined ? [] : [{ ...note, isAlive: isAlive(note.pid) }];
    })
    .sort((a, b) => Number(b.isAlive) - Number(a.isAlive));
}

/** A folder that another user made could name a foreign endpoint, which would then be shown our token. */
function checkOwner(folder: string): void {
  const found = lstatSync(folder);
  const uid = process.getuid?.() ?? found.uid;
  if (found.isDirectory() && (found.uid === uid || found.uid === 0)) return;
  throw new OutriderError(
    'refused',
    `${folder} does not belong to this user, so what it says is not believed. Remove it, or set OUTRIDER_RENDEZVOUS.`,
  );
}

function readNote(path: string): DaemonNote | undefined {
  try {
    const { endpoint, tokenFile, pid, http } = JSON.parse(readFileSync(path, 'utf8')) as Partial<DaemonNote>;
    if (typeof endpoint !== 'string' || typeof tokenFile !== 'string' || typeof pid !== 'number') return undefined;
    return { endpoint, tokenFile, pid, ...(typeof http === 'string' ? { http } : {}) };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
