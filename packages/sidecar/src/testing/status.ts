/** Statuses for tests of the outward faces: whole, and like what a host says. */
import type { AppStatus, HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';

export const instanceStatus = (agent: string, members: Partial<InstanceStatus> = {}): InstanceStatus => ({
  host: 'pc2',
  app: 'assistants',
  agent,
  instance: 0,
  incarnation: `i-${agent}`,
  version: '1.0.0',
  fingerprint: 'f',
  state: 'ready',
  ready: true,
  pid: 0,
  restarts: 0,
  since: '2026-01-01T00:00:00.000Z',
  reason: '',
  critical: true,
  overdue: false,
  healthScore: 1,
  ...members,
});

export const appStatus = (members: Partial<AppStatus> = {}): AppStatus => ({
  app: 'assistants',
  phase: 'idle',
  converged: true,
  waitingFor: '',
  agents: [],
  ...members,
});

export const hostStatus = (members: Partial<HostStatus> = {}): HostStatus => ({
  host: 'pc2',
  address: '127.0.0.12',
  environment: 'local',
  labels: {},
  bootId: 'boot',
  sidecar: { pid: process.pid, version: '0.1.0', startedAt: '2026-01-01T00:00:00.000Z' },
  epoch: 0,
  epochHolder: '',
  problems: [],
  apps: [],
  instances: [],
  system: { cpuPercent: 0, memoryPercent: 0, diskPercent: 0 },
  ...members,
});
