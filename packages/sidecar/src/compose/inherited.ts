/** Makes the sockets of this host, and tells of those that systemd passed on: what they are, and which nobody wants. */
import type { Logger } from '@outrider/shared/runtime/logger.js';
import type { FdStore } from '../process/fd-store.js';
import { type HostSockets, createSockets } from '../process/sockets.js';
import type { Supervisor } from '../supervise/supervisor.js';

export function hostSockets(store: FdStore, log: Logger): HostSockets {
  const sockets = createSockets(store);
  for (const sentence of sockets.problems) log.warn(sentence);
  if (sockets.undeclared.length > 0) log.info(`systemd passed on ${sockets.undeclared.join(', ')}`);
  return sockets;
}

/** Told once, when the agents of this host have settled for the first time. */
export function tellOfUndeclared(sockets: HostSockets, supervisor: Supervisor, log: Logger): void {
  if (sockets.undeclared.length === 0) return;
  const end = supervisor.onChange(() => {
    const instances = supervisor.instances();
    if (instances.length === 0 || instances.some(({ state }) => state === 'starting' || state === 'backoff')) return;
    end();
    if (sockets.undeclared.length > 0) log.warn(sentenceOn(sockets.undeclared));
  });
}

const sentenceOn = (undeclared: readonly string[]): string =>
  `No agent declares ${undeclared.join(', ')}, which systemd passed on: it stays open, and connections to it wait ` +
  'until an agent has it under sockets: with this very address.';
