/** Who may read tokens, and who may write what programs trust. */
import type { PathSight } from '@outrider/shared/domain/diagnosis.js';
import { bad, type Check, everywhere, ok } from '../check.js';

const OTHERS_READ_OR_WRITE = 0o077;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

export const permissions: Check = {
  name: 'permissions',
  judge: (fleet) =>
    everywhere(fleet, ({ paths }, host) => {
      const found = paths.map((path) => problemOf(path)).filter((one) => one !== undefined);
      const where = host === undefined ? '' : `on ${host}: `;
      const detail = found.map(([sentence]) => sentence).join(' ');
      if (found.length > 0) return bad(detail, where + found.map(([, remedy]) => remedy).join('; '), host);
      return ok(`${paths.map(({ what }) => what).join(', ')} are as they should be`, host);
    }),
};

/** A sentence and a command. */
function problemOf({
  what,
  path,
  exists,
  mode,
  uid,
  ownUid,
  writable,
}: PathSight): readonly [string, string] | undefined {
  const isSecret = what === 'token' || what === 'token_file';
  const octal = mode.toString(8).padStart(4, '0');
  if (!exists) {
    const remedy = isSecret ? `put the fleet's token there, mode 0600` : `mkdir -p ${path}, owned by user ${ownUid}`;
    return [`${what} ${path} is not there.`, remedy];
  }
  if (isSecret && (mode & OTHERS_READ_OR_WRITE) !== 0) {
    return [
      `${what} ${path} has mode ${octal}: others on the machine can read it and give orders.`,
      `chmod 600 ${path}`,
    ];
  }
  if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) {
    return [`${what} ${path} has mode ${octal}: others can replace what runs.`, `chmod go-w ${path}`];
  }
  if (uid !== ownUid && uid !== 0) {
    return [`${what} ${path} belongs to user ${uid}, who is not the program's (${ownUid}).`, `chown ${ownUid} ${path}`];
  }
  if (!isSecret && !writable) return [`${what} ${path} can not be written by the program.`, `chown ${ownUid} ${path}`];
  return undefined;
}
