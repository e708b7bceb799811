/** The folder that an imported file stands in, taken as the root of the release: which paths are inside it. Reads nothing. */
import { isAbsolute, posix } from 'node:path';
import type { AgentDraft } from './imported.js';
import { printable } from './references.js';

export class ReleaseFolder {
  /** `folders`: absolute; one folder under all the names that it has. */
  constructor(private readonly folders: readonly string[]) {}

  /** Relative to the root, `.` for the root itself; undefined: outside. */
  inside(path: string): string | undefined {
    if (!isAbsolute(path)) return within(posix.normalize(path));
    const relative = this.folders.map((folder) => within(posix.relative(folder, path)));
    return relative.find((one) => one !== undefined);
  }

  /** A word of a command with the paths that lead into the release made relative to `workingDir`. */
  shorten(word: string, workingDir = '.'): string {
    for (const folder of this.folders) {
      if (folder === '/' || !word.includes(folder)) continue;
      const name = folder.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      const path = new RegExp(`(^|[=:,])${name}(/[^=:,]*|(?=[:,]|$))`, 'g');
      word = word.replace(path, (_all, before: string, rest: string) => {
        const relative = posix.relative(workingDir, `.${rest}`);
        return before + (relative === '' ? '.' : relative);
      });
    }
    return word;
  }

  /** Sets `working_dir`, or says why not. `folder` as its program understands it: absolute, or relative to the root. */
  setWorkingDir(draft: AgentDraft, about: string, folder: string): void {
    const inside = /^~|\uE000/.test(folder) ? undefined : this.inside(folder);
    if (inside === '.') return;
    if (inside !== undefined) {
      draft.set('working_dir', inside);
      return;
    }
    draft.note(
      about,
      `${printable(folder)} is outside the release. An agent runs in its release: put what it needs beside agents.yaml, and name a folder of the release with "working_dir" if it is not the root.`,
    );
  }
}

function within(relative: string): string | undefined {
  const path = relative.replace(/\/+$/, '');
  if (path === '' || path === '.') return '.';
  return path === '..' || path.startsWith('../') ? undefined : path;
}

/** A program of the release is named by a path: a bare word would be looked for on PATH. */
export const asProgram = (path: string): string => (path.includes('/') || path === '' ? path : `./${path}`);

/** Says where a command still leads to the folder that a program ran in before. */
export function noteOldPaths(draft: AgentDraft, command: readonly string[], folder: string | undefined): void {
  if (folder === undefined || !isAbsolute(folder) || folder === '/') return;
  if (!command.some((word) => word.includes(`${folder}/`))) return;
  draft.note('command', `still leads to ${folder}, outside the release; what is there does not move with a version.`);
}
