/**
 * Copies a part of a log into an archive, at the lowest priority and in programs of their own: no byte of it passes
 * through the sidecar. Decides nothing.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** The shell stays to wait for both. */
const COMPRESSED = 'head -c "$1" | gzip -1';
const PLAIN = 'exec head -c "$1"';
const LONGEST_COMPLAINT = 500;

export interface CopyRequest {
  /** Open where it is to begin, with a place of its own. */
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly compress: boolean;
}

/** Undefined once it is done, else a sentence; whether every byte came is to be looked at. Ended by `signal`. */
export function copyPart(request: CopyRequest, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(
      'nice',
      ['-n', '19', 'sh', '-c', request.compress ? COMPRESSED : PLAIN, 'outrider', String(request.bytes)],
      { stdio: [request.from, request.to, 'pipe'], detached: true, env: { PATH: process.env['PATH'] ?? DEFAULT_PATH } },
    );
    let complaint = '';
    const end = (): void => endGroup(child.pid);
    const done = (answer: string | undefined): void => {
      signal.removeEventListener('abort', end);
      resolve(answer);
    };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = `${complaint}${text}`.slice(0, LONGEST_COMPLAINT);
    });
    child.on('error', (error) => done(`it cannot be started: ${error.message}`));
    child.on('close', (code, ended) => {
      done(code === 0 ? undefined : complaint.trim() || `it ended with ${code ?? ended ?? 'nothing'}`);
    });
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** A session of its own: all of its programs are in one group. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

export function hasGzip(): boolean {
  return (process.env['PATH'] ?? DEFAULT_PATH).split(':').some((folder) => {
    try {
      accessSync(join(folder, 'gzip'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
