/** Hosts that a person has taken out of the leaders' hands: which they are, and how their hold ends. */
import type { Hold } from '@outrider/shared/domain/host.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { FleetHost } from '../engine/ports.js';
import { hostNamed } from './agents-on-hosts.js';
import type { Inside } from './inside.js';

export interface Resumed {
  readonly host: string;
  /** What was ended; absent: it was not held. */
  readonly hold?: Hold;
  /** Why it could not be asked; '': it was. */
  readonly problem: string;
}

export const isHeld = ({ status }: FleetHost): boolean => status?.hold !== undefined;

/** All at once; one that can't be asked holds up no other. No names: every host that is held. */
export async function resumeHosts(inside: Inside, names: readonly string[], by: string): Promise<readonly Resumed[]> {
  const chosen =
    names.length === 0 ? inside.fleet.hosts().filter(isHeld) : names.map((name) => hostNamed(inside, name));
  return Promise.all(chosen.map((host) => resumeOne(inside, host, by)));
}

async function resumeOne({ sidecars, environment }: Inside, host: FleetHost, by: string): Promise<Resumed> {
  const hold = host.status?.hold;
  const was = { host: host.name, ...(hold === undefined ? {} : { hold }) };
  try {
    await sidecars.resume(host, { by, environment });
    return { ...was, problem: '' };
  } catch (error) {
    return { ...was, problem: messageOf(error) };
  }
}
