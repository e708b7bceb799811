/**
 * How programs on one machine find each other: each daemon leaves a note with its endpoint and the path of its
 * token file in a private folder. Notes hold no secret; whoever can't read the token file gets no further.
 */
import { OutriderError } from './errors.js';
import { chosen, type DaemonKind, type DaemonNote, findDaemons } from './daemon-notes.js';
import { leaveNote, rendezvousFolder } from './notes.js';
import { readToken } from './token.js';

/**
 * Leaves the note of this process; the returned function takes it away again (and only this one).
 * @throws OutriderError('refused') where the folder is somebody else's.
 */
export const publishEndpoint = (
  program: DaemonKind,
  daemon: Pick<DaemonNote, 'endpoint' | 'tokenFile' | 'http'>,
  folder: string = rendezvousFolder(),
): (() => void) => leaveNote(`${program}-${daemon.endpoint}`, daemon, folder);

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
  const found = endpoint === undefined ? chosen(notes, preferred) : notes.find((note) => note.endpoint === endpoint);
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
