/** Tells of the sockets that systemd passed on: what they are, and which of them no agent wants. */
import type { Logger } from '@outrider/shared/runtime/logger.js';
import type { HostSockets } from '../process/sockets.js';
import type { Supervisor } from '../supervise/supervisor.js';

/** To be called before agents are started. What is left is told once, when the agents of this host have settled. */
export function tellOfInherited(sockets: HostSockets, supervisor: Supervisor, log: Logger): void {
  for (const sentence of sockets.problems) log.warn(sentence);
  const { undeclared } = sockets;
  if (undeclared.length === 0) return;
  log.info(`systemd passed on ${undeclared.join(', ')}`);
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
