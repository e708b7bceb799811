import { describe, expect, it } from 'vitest';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { AppStatus, HostStatus } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { ManualClock, settled } from '@outrider/shared/testing/manual-clock.js';
import { HostWatch } from './host-watch.js';
import type { FleetHost } from './ports.js';

const ref = (version: string): ReleaseRef => ({ version, digest: version, specDigest: version });

const statusOf = (version: string): HostStatus => {
  const app: AppStatus = {
    ...{ app: 'a', phase: 'idle', converged: true, waitingFor: '', agents: [], active: ref(version) },
  };
  return {
    ...{ host: 'pc2', address: '', environment: 'test', labels: {}, bootId: '', epoch: 1, epochHolder: '' },
    ...{ sidecar: { pid: 1, version: '0', startedAt: '' }, instances: [], apps: [app] },
    system: { cpuPercent: 0, memoryPercent: 0, diskPercent: 0 },
  };
};

const SUCCEEDED: Rollout = {
  ...{ id: 'r2', seq: 2, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: '2' },
  ...{ phase: 'succeeded', paused: false, by: 'ann', startedAt: 0, steps: 0, hosts: [], skipped: ['pc2'] },
  options: { bakeMs: 0, confirmWithinMs: 0, commit: 'together', skipDown: true },
};

/** A fleet of one host, whose state is set by hand. */
class Scene {
  readonly clock = new ManualClock();
  readonly told: OutriderEvent[] = [];
  leads = true;
  redisAway = false;
  private view: FleetHost = {
    ...{ name: 'pc2', address: '', endpoint: '', labels: {}, state: 'up', status: statusOf('2') },
  };
  private listener: (host: FleetHost) => void = () => undefined;
  readonly watch = new HostWatch({
    ...{ environment: 'test', clock: this.clock },
    fleet: {
      hosts: () => [this.view],
      host: () => this.view,
      onChange: (listener) => {
        this.listener = listener;
        return () => undefined;
      },
      commands: () => {
        throw new Error('Nobody commands here.');
      },
    },
    leads: () => this.leads,
    history: async () => this.orAway([SUCCEEDED]),
    tell: async (event) => void this.told.push(this.orAway(event)),
    onBug: (error) => {
      throw error;
    },
  });

  async turn(patch: Partial<FleetHost>): Promise<void> {
    this.view = { ...this.view, ...patch };
    this.listener(this.view);
    await settled();
  }

  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await this.clock.advance(1_000);
      await settled();
    }
  }

  get types(): readonly string[] {
    return this.told.map(({ type }) => type);
  }

  private orAway<T>(value: T): T {
    if (this.redisAway) throw new OutriderError('unavailable', 'Redis does not answer.');
    return value;
  }
}

describe('what becomes of a host', () => {
  it('is told at once, and once', async () => {
    const scene = new Scene();
    await scene.pass(2);
    await scene.turn({ state: 'suspect' });
    await scene.turn({ state: 'down' });
    await scene.pass(3);
    await scene.turn({ state: 'up' });
    expect(scene.types).toEqual(['host.suspect', 'host.down', 'host.up']);
  });

  it('is told later where Redis is away', async () => {
    const scene = new Scene();
    await scene.pass(1);
    scene.redisAway = true;
    await scene.turn({ state: 'down' });
    await scene.pass(2);
    expect(scene.types).toEqual([]);
    scene.redisAway = false;
    await scene.pass(1);
    expect(scene.types).toEqual(['host.down']);
  });

  it('is told by the one that leads, also where it was lost with the leader before', async () => {
    const scene = new Scene();
    scene.leads = false;
    await scene.pass(2);
    await scene.turn({ state: 'down' });
    await scene.pass(2);
    expect(scene.types).toEqual([]);
    scene.leads = true;
    await scene.pass(1);
    expect(scene.types).toEqual(['host.down']);
  });
});

describe('a host that has drifted', () => {
  it('is shown and told once two looks have found it, again by the next leader, and no more once it is mended', async () => {
    const scene = new Scene();
    await scene.pass(4);
    expect(scene.watch.drifts()).toEqual([]);
    await scene.turn({ status: statusOf('1') });
    await scene.pass(2);
    expect(scene.watch.drifts()).toEqual([]);
    await scene.pass(2);
    expect(scene.watch.drifts()).toEqual([{ host: 'pc2', app: 'a', version: '1', expected: '2', rollout: 'r2' }]);
    await scene.pass(10);
    expect(scene.types).toEqual(['host.drifted']);
    scene.leads = false;
    await scene.pass(4);
    scene.leads = true;
    await scene.pass(2);
    expect(scene.types).toEqual(['host.drifted', 'host.drifted']);
    await scene.turn({ status: statusOf('2') });
    await scene.pass(4);
    expect(scene.watch.drifts()).toEqual([]);
  });

  it('is not judged while it is not there, or held', async () => {
    const hold = { by: 'ann', since: '', reason: '' };
    for (const patch of [{ state: 'down' as const }, { status: { ...statusOf('1'), hold } }]) {
      const scene = new Scene();
      await scene.turn({ status: statusOf('1'), ...patch });
      await scene.pass(8);
      expect(scene.watch.drifts()).toEqual([]);
    }
  });
});
