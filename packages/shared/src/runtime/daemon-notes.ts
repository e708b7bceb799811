/** The notes that daemons leave for programs of their machine: who runs, and where. Reads no token. */
import { type Note, readNotes, rendezvousFolder } from './notes.js';

export type DaemonKind = 'sidecar' | 'coordinator';

export interface DaemonNote extends Note {
  /** gRPC, `HOST:PORT`. */
  readonly endpoint: string;
  readonly tokenFile: string;
  /** `HOST:PORT` of its HTTP. */
  readonly http?: string;
}

/** Where a coordinator listens unless told otherwise. */
export const COORDINATOR_ENDPOINT = '127.0.0.1:7077';

/** The one at `preferred`, else the only one that runs: a daemon that listens on several addresses has left a note for each. */
export const chosen = (notes: readonly DaemonNote[], preferred: string | undefined): DaemonNote | undefined =>
  notes.find(({ endpoint }) => endpoint === preferred) ??
  (new Set(notes.map(({ pid }) => pid)).size === 1 ? notes[0] : undefined);

/** Every daemon of this kind that runs, sorted by endpoint. Notes of dead ones, and of other users, do not count. */
export const findDaemons = (program: DaemonKind, folder: string = rendezvousFolder()): readonly DaemonNote[] =>
  readNotes<DaemonNote>(
    `${program}-`,
    ({ endpoint, tokenFile }) => typeof endpoint === 'string' && typeof tokenFile === 'string',
    folder,
  );
