/**
 * Tells systemd how the sidecar is (sd_notify). Says nothing where systemd does not ask, and never fails:
 * a service must not end because nobody listens.
 */
import { sendUnixDatagram } from './libc/sockets.js';
import { encodeAddress } from './socket-address.js';

export interface SystemdNotify {
  ready(): void;
  stopping(): void;
  status(text: string): void;
  /** It takes longer: from now on so many milliseconds, at least. */
  extend(ms: number): void;
  /** A sign of life; due at least every `watchdogMs`. */
  watchdog(): void;
  /** How often signs of life should be given (half of what systemd allows); undefined: it expects none. */
  readonly watchdogMs: number | undefined;
}

export function createSystemdNotify(env: Readonly<Record<string, string | undefined>> = process.env): SystemdNotify {
  const path = env['NOTIFY_SOCKET'];
  const send = (message: string): void => {
    if (path === undefined || !/^[/@]./.test(path)) return;
    try {
      sendUnixDatagram(encodeAddress({ kind: 'unix', path }).bytes, Buffer.from(message));
    } catch {
      // The manager is gone or full. The next message may get through.
    }
  };
  return {
    ready: () => send('READY=1'),
    stopping: () => send('STOPPING=1'),
    status: (text) => send(`STATUS=${text.replaceAll('\n', ' ')}`),
    extend: (ms) => send(`EXTEND_TIMEOUT_USEC=${Math.ceil(ms * 1000)}`),
    watchdog: () => send('WATCHDOG=1'),
    watchdogMs: watchdogMs(env),
  };
}

function watchdogMs(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const micros = Number(env['WATCHDOG_USEC'] ?? '');
  const pid = env['WATCHDOG_PID'];
  if (!Number.isSafeInteger(micros) || micros <= 0) return undefined;
  return pid === undefined || pid === '' || Number(pid) === process.pid ? micros / 2000 : undefined;
}
