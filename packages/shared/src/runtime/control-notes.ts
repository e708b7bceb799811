/** How the commands of a machine find the sidecars that run on it: each notes the path of its control socket. */
import { leaveNote, type Note, readNotes, rendezvousFolder } from './notes.js';

/** The file's name in a sidecar's run_dir. */
export const CONTROL_SOCKET = 'sidecar.sock';

export interface ControlNote extends Note {
  readonly host: string;
  /** Absolute path. */
  readonly socket: string;
}

/** Returns a function that takes it away again. @throws OutriderError('refused') where the folder is somebody else's. */
export const publishSocket = (said: Pick<ControlNote, 'host' | 'socket'>, folder = rendezvousFolder()): (() => void) =>
  leaveNote(`control-${said.socket}`, said, folder);

export const findSockets = (folder = rendezvousFolder()): readonly ControlNote[] =>
  readNotes<ControlNote>(
    'control-',
    ({ host, socket }) => typeof host === 'string' && typeof socket === 'string',
    folder,
  );
