/** Hooks of rollouts on this host: where they run, what they are given, where what they say goes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { heldWords } from '@outrider/shared/domain/host.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import type { SidecarConfig } from '../config.js';
import { bootId } from '../process/process-stat.js';
import { createHookRecords, fileNameOf } from '../store/hook-records.js';
import { createSecrets } from '../store/secrets.js';
import type { HostDriver } from '../supervise/host-driver.js';
import type { HookPlace } from '../supervise/hooks/ports.js';
import { HookRunner, type HookRunnerOptions } from '../supervise/hooks/runner.js';
import type { Releases } from '../supervise/ports.js';

type Parts = Pick<HookRunnerOptions, 'processes' | 'limits' | 'logs' | 'host' | 'newId' | 'warn'>;

/** After the agents: what an earlier sidecar has begun is taken over. */
export function startHooks(
  { dataDir, runDir, logDir, environment }: SidecarConfig,
  parts: Parts,
  host: Pick<HostDriver, 'status'>,
  releases: Pick<Releases, 'spec' | 'tree'>,
): HookRunner {
  const logFile = (id: string): string => join(logDir, 'hooks', `${fileNameOf(id)}.log`);
  const { warn } = parts;
  const runner = new HookRunner({
    ...{ ...parts, clock: systemClock, environment, logFile, bootId: bootId() },
    ownEnvironment: { ...process.env },
    bus: `ipc://${join(runDir, 'bus')}`,
    secrets: createSecrets({ dataDir, runDir: join(runDir, 'hooks'), warn }),
    records: createHookRecords({ dataDir, logFile, warn }),
    barred: () => {
      const { hold } = host.status();
      return hold === undefined ? undefined : `the host is ${heldWords(hold)}`;
    },
    placeOf: (app, release) => {
      const active = host.status().apps.find((known) => known.app === app)?.active;
      return placeIn(releases, app, release) ?? placeIn(releases, app, active) ?? { cwd: '/', hosts: {} };
    },
  });
  runner.start();
  return runner;
}

/** Undefined: it is not whole on this host. */
function placeIn(
  releases: Pick<Releases, 'spec' | 'tree'>,
  app: string,
  release: ReleaseRef | undefined,
): HookPlace | undefined {
  if (release === undefined) return undefined;
  const tree = releases.tree(app, release);
  if (!existsSync(tree)) return undefined;
  try {
    return { cwd: tree, hosts: releases.spec(app, release).hosts };
  } catch {
    return { cwd: tree, hosts: {} };
  }
}
