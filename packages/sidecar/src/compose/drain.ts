/** Whether agents end with their sidecar, and if so how: told to systemd, within the limit of the settings. */
import type { Logger } from '@outrider/shared/runtime/logger.js';
import type { SidecarConfig } from '../config.js';
import { machineGoesDown } from '../process/going-down.js';
import type { SystemdNotify } from '../process/systemd-notify.js';
import type { Inside } from './inside.js';

/** systemd is asked for this much more, again and again, for as long as it takes. */
const MORE_MS = 10_000;
const TELL_EVERY_MS = 1_000;
const MOST_NAMES = 5;

/** Why agents have to end too, for the log; undefined: they run on. */
export async function reasonToDrain({ drain }: Pick<SidecarConfig, 'drain'>): Promise<string | undefined> {
  if (drain.onStop) return 'the settings say so';
  if (process.pid === 1) return 'this is the main program of a container';
  return (await machineGoesDown()) ? 'the machine goes down' : undefined;
}

export async function drainAgents(
  { drain }: Pick<SidecarConfig, 'drain'>,
  { supervisor }: Pick<Inside, 'supervisor'>,
  systemd: Pick<SystemdNotify, 'extend' | 'status'>,
  log: Logger,
): Promise<void> {
  const tell = (): void => {
    systemd.extend(MORE_MS);
    systemd.status(`stopping agents: ${waitedFor(supervisor.instances())}`);
  };
  const telling = setInterval(tell, TELL_EVERY_MS);
  const drained = supervisor.drain(drain.limitMs);
  tell();
  const left = await drained;
  clearInterval(telling);
  if (left.length === 0) log.info('all agents have ended');
  else log.error(`not every agent has ended in time: ${waitedFor(left)}`);
}

function waitedFor(instances: ReturnType<Inside['supervisor']['instances']>): string {
  const names = instances.filter(({ pid }) => pid !== 0).map(({ agent, instance }) => `${agent}.${instance}`);
  const more = names.length > MOST_NAMES ? ' ...' : '';
  return `${names.length} left${names.length === 0 ? '' : ` (${names.slice(0, MOST_NAMES).join(', ')}${more})`}`;
}
