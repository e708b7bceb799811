/**
 * A program for tests: a host driver that switches to a release and commits it, and dies by kill -9 before its
 * n-th step. Steps are the moments around each write to disk and each target. Arguments: data folder, n, and
 * the switch as JSON.
 */
import { systemClock } from '@outrider/shared/runtime/clock.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { createReleases } from '../../release/releases.js';
import { createDurableStore } from '../../store/durable-state.js';
import type { HostCommand } from '../../link/ports.js';
import { createHostDriver } from '../host-driver.js';
import { ToldSupervisor } from './told-supervisor.js';

interface Given {
  readonly switch: HostCommand;
  readonly commit: HostCommand;
  readonly release: ReleaseRef;
  readonly bootId: string;
}

const [dataDir = '', dieAt = '', given = ''] = process.argv.slice(2);
const { switch: order, commit, release, bootId } = JSON.parse(given) as Given;
let left = Number(dieAt);

function step(): void {
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

class MortalSupervisor extends ToldSupervisor {
  override setTarget(...target: Parameters<ToldSupervisor['setTarget']>): void {
    step();
    super.setTarget(...target);
    step();
  }
}

const durable = createDurableStore(dataDir);
const supervisor = new MortalSupervisor({ state: 'converged' });
const driver = createHostDriver({
  host: 'pc2',
  address: '127.0.0.12',
  environment: 'local',
  labels: {},
  sidecar: { pid: process.pid, version: '0', startedAt: '' },
  bootId,
  clock: systemClock,
  store: {
    load: () => durable.load(),
    write: (state) => {
      step();
      durable.write(state);
      step();
    },
  },
  releases: createReleases({ dataDir, token: () => undefined, clock: systemClock }),
  supervisor,
  agents: { instances: () => [] },
  events: { emit: () => undefined },
  system: () => ({ cpuPercent: 0, memoryPercent: 0, diskPercent: 0 }),
  reserved: [],
  localAddresses: () => [],
  refusals: [],
  onProblem: (error) => console.error(error),
});
driver.onChange(() => {
  const [app] = driver.status().apps;
  if (app?.phase === 'trial') driver.commit(commit);
  if (app?.phase === 'committed' && app.active?.version === release.version) {
    driver.stop();
    console.log('done');
  }
});
driver.start();
driver.switchTo(order, release, 60_000, '{}');
