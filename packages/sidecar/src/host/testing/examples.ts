/** States and events to try the host's state machine with. */
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { AppState, Phase, Work } from '../app-state.js';
import type { EventOf, HostEvent, HostEventKind, Order } from '../host-event.js';
import type { Moment } from '../moment.js';

export const BOOT = 'boot-1';

export const at = (sinceBootMs: number, bootId = BOOT): Moment => ({
  bootId,
  sinceBootMs,
  wall: '2026-01-01T00:00:00.000Z',
});

export const release = (version: string): ReleaseRef => ({
  version,
  digest: `digest-${version}`,
  specDigest: `spec-${version}`,
});

export const OLD = release('1.0.0');
export const NEW = release('1.1.0');
export const OLDER = release('0.9.0');

export const order = (step: number, rollout = 2, epoch = 1): Order => ({
  fence: { epoch, rollout, step },
  holder: `leader-${epoch}`,
  rollout: `r${rollout}`,
  by: 'alice',
});

const change = { rollout: 'r2', by: 'alice', since: '2026-01-01T00:00:00.000Z', record: '{"id":"r2"}' };

const WORK: { readonly [P in Phase]: Extract<Work, { phase: P }> } = {
  idle: { phase: 'idle' },
  switching: {
    phase: 'switching',
    candidate: NEW,
    change,
    limitMs: 60_000,
    deadline: { bootId: BOOT, sinceBootMs: 60_000 },
    confirmWithinMs: 120_000,
  },
  trial: {
    phase: 'trial',
    candidate: NEW,
    change,
    confirmWithinMs: 120_000,
    lease: { bootId: BOOT, sinceBootMs: 120_000 },
  },
  reverting: { phase: 'reverting', change, towards: 'revert', proven: true },
};

/** Step 5 of rollout 2 was accepted last, at epoch 1. */
export const inPhase = (phase: Phase): AppState => ({
  app: 'assistants',
  active: OLD,
  previous: OLDER,
  accepted: { ...order(5), since: '2026-01-01T00:00:00.000Z' },
  failed: [],
  work: WORK[phase],
});

/** Each of them with the next fence, 1 s after boot. */
export const EVENTS: { readonly [K in HostEventKind]: EventOf<K> } = {
  stage: { kind: 'stage', order: order(6), release: NEW, sources: ['127.0.0.1:1'], at: at(1000) },
  switch: {
    kind: 'switch',
    order: order(6),
    release: NEW,
    confirmWithinMs: 120_000,
    record: '{"id":"r2"}',
    staged: true,
    limitMs: 60_000,
    at: at(1000),
  },
  renew: { kind: 'renew', epoch: 1, holder: 'leader-1', rollout: 'r2', confirmWithinMs: 120_000, at: at(1000) },
  commit: { kind: 'commit', order: order(6), at: at(1000) },
  revert: { kind: 'revert', order: order(6), reason: 'pc2 failed', at: at(1000) },
  scale: { kind: 'scale', agent: 'memory', replicas: 3, declared: 1, by: 'alice', reason: '', at: at(1000) },
  staged: { kind: 'staged', release: NEW },
  stageFailed: { kind: 'stageFailed', release: NEW, reason: 'the disk is full' },
  converged: { kind: 'converged', release: NEW, at: at(1000) },
  failed: {
    kind: 'failed',
    release: NEW,
    reason: 'memory: exited with code 1',
    culprit: { host: 'pc2', agent: 'memory', cause: 'exited with code 1', log: ['boom'] },
  },
  tick: { kind: 'tick', at: at(1000) },
  booted: { kind: 'booted', at: at(1000) },
};

export const PHASES = Object.keys(WORK) as Phase[];
export const KINDS = Object.keys(EVENTS) as HostEventKind[];
export const eventOf = (kind: HostEventKind): HostEvent => EVENTS[kind];
