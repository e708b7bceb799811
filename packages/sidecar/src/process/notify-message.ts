/** Reads a datagram of sd_notify: lines of NAME=VALUE, of which a few are gone by and all others left out. Pure. */
import { excerpt } from '@outrider/shared/runtime/excerpt.js';
import type { NotifyMessage } from '../supervise/ports.js';

/** More is asked for again. */
const MOST_EXTEND_MS = 3_600_000;

export function parseNotify(pid: number, data: Uint8Array): NotifyMessage {
  const said = new Map<string, string>();
  for (const line of Buffer.from(data).toString('utf8').split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) said.set(line.slice(0, at), line.slice(at + 1).replace(/\0+$/, ''));
  }
  const status = said.get('STATUS');
  const watchdog = watchdogOf(said.get('WATCHDOG'));
  const extendMs = extension(said.get('EXTEND_TIMEOUT_USEC'));
  return {
    pid,
    ready: said.get('READY') === '1',
    stopping: said.get('STOPPING') === '1',
    ...(watchdog === undefined ? {} : { watchdog }),
    ...(status === undefined ? {} : { status: excerpt(status) }),
    ...(extendMs === undefined ? {} : { extendMs }),
  };
}

function watchdogOf(value: string | undefined): NotifyMessage['watchdog'] {
  if (value === '1') return 'alive';
  return value === 'trigger' ? 'trigger' : undefined;
}

function extension(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d{1,18}$/.test(value)) return undefined;
  const ms = Math.min(MOST_EXTEND_MS, Math.round(Number(value) / 1000));
  return ms > 0 ? ms : undefined;
}
