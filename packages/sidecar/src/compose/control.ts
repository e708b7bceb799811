/**
 * The control socket of this sidecar, opened as soon as agents are on their way. Where it can't be, agents still run:
 * that is told and the sidecar goes on, reached by its other faces.
 */
import { join } from 'node:path';
import { CONTROL_SOCKET, publishSocket } from '@outrider/shared/runtime/control-notes.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Logger } from '@outrider/shared/runtime/logger.js';
import { statusText } from '../cli/status-text.js';
import type { SidecarConfig } from '../config.js';
import { openControlSocket } from '../link/control-socket.js';
import { groupId } from '../process/users.js';
import type { Inside } from './inside.js';

/** @throws OutriderError('invalid') where the settings of it can't be obeyed on this machine. */
export function checkControl({ control: { group } }: SidecarConfig): void {
  try {
    if (group !== undefined) groupId(group);
  } catch (error) {
    throw new OutriderError('invalid', `control.group: ${messageOf(error)}`, { cause: error });
  }
}

/** Returns what closes it. */
export async function openControl(config: SidecarConfig, inside: Inside, log: Logger): Promise<() => Promise<void>> {
  const path = join(config.runDir, CONTROL_SOCKET);
  try {
    const socket = await openControlSocket({
      path,
      gid: gidOf(config.control, log),
      ...{ host: inside.host, agents: inside.supervisor, logs: inside.logs },
      statusText: (status, coloured, columns = Infinity) => statusText(status, { isTTY: coloured }, columns),
      onBug: (error, where) => log.error({ err: error, where }, 'an error that is a bug'),
    });
    const forget = leaveNote(config.host, path, log);
    return async () => {
      forget();
      await socket.close();
    };
  } catch (error) {
    log.error(`The commands of this machine can't reach this sidecar: ${messageOf(error)}`);
    return () => Promise.resolve();
  }
}

/** A group that is not there (yet) lets nobody in; its agents need no group to run. */
function gidOf({ group }: SidecarConfig['control'], log: Logger): number | undefined {
  try {
    return group === undefined ? undefined : groupId(group);
  } catch (error) {
    log.error(`control.group is not obeyed, so this user alone has the control socket: ${messageOf(error)}`);
    return undefined;
  }
}

function leaveNote(host: string, socket: string, log: Logger): () => void {
  try {
    return publishSocket({ host, socket });
  } catch (error) {
    log.warn(`The commands of this machine find this sidecar only by --socket ${socket}: ${messageOf(error)}`);
    return () => undefined;
  }
}
