/** What tests of probes ask, and of whom. */
import type { Http2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { Healthcheck, ProbeMethod } from '@outrider/shared/domain/agent.js';

/** Long, so that no test depends on speed. */
export const PATIENT_MS = 30_000;

export const checkBy = (method: ProbeMethod, timeoutMs = PATIENT_MS): Healthcheck => ({
  method,
  purposes: ['readiness'],
  level: 'basic',
  critical: true,
  intervalMs: 1000,
  timeoutMs,
  retries: 3,
  startPeriodMs: 60_000,
});

/** Its address, once it listens on a port of its own; `ends` gets what closes it. */
export async function listening(server: Server | Http2Server, ends: (() => unknown)[]): Promise<string> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
