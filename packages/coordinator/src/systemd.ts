/** Tells systemd how the coordinator is, through its own program. Says nothing where systemd does not ask. */
import { execFile } from 'node:child_process';

export interface SystemdNotify {
  ready(): void;
  stopping(): void;
  close(): void;
}

type Env = Readonly<Record<string, string | undefined>>;

/** `isWell` is asked before each sign of life: without one, systemd restarts us. */
export function systemdNotify(isWell: () => boolean, env: Env = process.env): SystemdNotify {
  const { NOTIFY_SOCKET: socket = '', WATCHDOG_USEC: watchdog = '' } = env;
  if (socket === '') return { ready: nothing, stopping: nothing, close: nothing };
  const say = (message: string): void => {
    // Nobody to hear it is no reason to end.
    execFile('systemd-notify', [`--pid=${process.pid}`, message], nothing);
  };
  const everyMs = Number(watchdog) / 1000 / 2;
  const timer = everyMs > 0 ? setInterval(() => isWell() && say('WATCHDOG=1'), everyMs) : undefined;
  return {
    ready: () => say('READY=1'),
    stopping: () => say('STOPPING=1'),
    close: () => clearInterval(timer),
  };
}

const nothing = (): void => undefined;
