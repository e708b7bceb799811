/** What an earlier sidecar held for its agents: has it taken back, and tells what was not to be had. */
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { InstanceRecord } from './instance-record.js';
import { type Launched, socketsOf } from './launch.js';
import type { SupervisorParts } from './supervisor-parts.js';

type Place = Pick<Launched, 'app' | 'spec' | 'origin' | 'index'>;

/** Also for one that did not run: callers were waiting in the queue of its socket. */
export function recoverSockets(parts: SupervisorParts, record: InstanceRecord): void {
  const { app, spec, identity } = record;
  const sockets = socketsOf(parts, record);
  if (sockets.length === 0) return;
  try {
    parts.sockets.recover(app, spec.name, sockets, identity);
  } catch (error) {
    parts.warn(`The sockets of ${app}/${spec.name} could not be taken back: ${messageOf(error)}`);
  }
}

/** In a few words; undefined: nothing was lost. */
export function gapOf(parts: SupervisorParts, place: Place): string | undefined {
  const sockets = socketsOf(parts, place);
  return sockets.length === 0 ? undefined : parts.sockets.gap(sockets);
}
