/** Looks at who may do what with folders and files. Changes nothing. */
import { accessSync, constants, statSync } from 'node:fs';
import type { PathSight } from '../../domain/diagnosis.js';

const PERMISSIONS = 0o7777;

export function seePath(what: string, path: string): PathSight {
  const ownUid = process.getuid?.() ?? 0;
  try {
    const { mode, uid } = statSync(path);
    return { what, path, exists: true, mode: mode & PERMISSIONS, uid, ownUid, writable: mayWrite(path) };
  } catch {
    return { what, path, exists: false, mode: 0, uid: 0, ownUid, writable: false };
  }
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
