/** A fleet in which all is well, for tests that break one thing of it. */
import type { Diagnosis } from '@outrider/shared/domain/diagnosis.js';
import type { FleetSight, HostSight } from '../check.js';

export const diagnosis = (name: string, more: Partial<Diagnosis> = {}): Diagnosis => ({
  ...{ name, version: '1.0.0', nowMs: Date.now(), loopLagMs: 3, roundTripMs: 2, paths: [], listeners: [] },
  ...{ certificates: [], monitoring: [], redis: { up: true, place: 'r:6379', pingMs: 1, reason: '' } },
  ...{ disk: { path: '/d', freeBytes: 1e12, totalBytes: 2e12, reserveBytes: 0 }, clockAheadMs: 0 },
  bus: { heard: true, event: 'e1', reason: '' },
  listeners: [{ what: 'grpc', address: '10.0.0.1:7070', pid: 7, program: 'node', own: true }],
  ...more,
});
export const host = (name: string, more: Partial<Diagnosis> = {}, sight: Partial<HostSight> = {}): HostSight => ({
  ...{ name, address: '10.0.0.2', endpoint: '10.0.0.2:7070', here: [], inHistory: true },
  answers: [{ host: 'other', endpoint: '10.0.0.3:5555', answer: 'healthy', milliseconds: 3, reason: '' }],
  diagnosis: diagnosis(name, more),
  ...sight,
});
export const fleet = (...hosts: HostSight[]): FleetSight => ({
  ...{ endpoint: '10.0.0.1:7077', version: '1.0.0', nowMs: Date.now(), here: [], hosts },
  coordinator: diagnosis('c', { leader: 'c-1' }),
});
