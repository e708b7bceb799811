/** Releases as the daemon has them: what takes long is done by a thread, and what nobody needs makes room. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import type { SidecarConfig } from '../config.js';
import type { StepRunner } from '../release/links/ports.js';
import { createReleases, type HostReleases } from '../release/releases.js';
import { DiskWork } from '../release/work/disk-work.js';
import { ThreadedWork } from '../release/work/threaded-work.js';
import { neededReleases } from '../supervise/needed-releases.js';
import type { Limits } from '../supervise/ports.js';
import { runHot } from './small-heap.js';
import type { Tokens } from './tokens.js';

export interface ReleasesParts {
  readonly tokens: Tokens;
  readonly limits: Limits;
  readonly runner: StepRunner;
  readonly warn: (sentence: string) => void;
}

/** In a thread of its own, nothing else waits; it looks up to see whether it was told to stop. */
const THREAD_SLICE_MS = 20;
/** Where agents are looked after meanwhile. */
const OWN_SLICE_MS = 5;

export function releasesOf(
  { host, dataDir, diskReserve: reserveBytes, keepReleases: keep, staging: { bandwidth } }: SidecarConfig,
  { tokens, limits, runner, warn }: ReleasesParts,
  status: () => HostStatus,
): HostReleases {
  const clock = systemClock;
  return createReleases({
    ...{ host, dataDir, token: tokens.ofFleet, clock, reserveBytes, keep, runner },
    ...(bandwidth === undefined ? {} : { bandwidth }),
    needed: () => neededReleases(status()),
    couldWrite: (agent) => couldWrite(limits, agent),
    work: (given) =>
      new ThreadedWork({
        ...{ clock, warn, busy: runHot, data: { ...given, sliceMs: THREAD_SLICE_MS } },
        program: new URL('../bundle/thread.js', import.meta.url),
        here: () => new DiskWork({ ...given, clock, sliceMs: OWN_SLICE_MS }),
      }),
  });
}

/** It may if it becomes no other user, or the one that may do everything. */
function couldWrite(limits: Limits, agent: HostAgent): boolean {
  try {
    const { user } = limits.confinementOf(agent);
    return user === undefined || user.uid === 0;
  } catch {
    return true;
  }
}
