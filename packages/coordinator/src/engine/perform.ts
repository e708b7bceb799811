/** Turns an effect into the call it stands for. */
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { hostNames, ofApp } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Effect, Fleet, HostCommand, Releases, SpecStore, SwitchHow } from './ports.js';
import { recordOf } from './record.js';

export interface PerformOptions {
  readonly fleet: Fleet;
  readonly releases: Pick<Releases, 'manifest'>;
  readonly specs: SpecStore;
  readonly holder: string;
}

/** Rejects with the host's `OutriderError`; `not_found` where the host spec is no longer kept. */
export async function perform(effect: Effect, rollout: Rollout, options: PerformOptions): Promise<void> {
  const host = options.fleet.commands(effect.host);
  const { app, fence, release } = effect;
  const command: HostCommand = { app, fence, holder: options.holder, rollout: rollout.id, by: rollout.by };
  switch (effect.kind) {
    case 'stage':
      await host.stage(command, {
        ...{ release, ...(await documentsOf(effect, options)), together: stagingWith(effect, rollout) },
      });
      return;
    case 'switch':
      await host.switchTo(command, release, effect.confirmWithinMs, recordOf(rollout), howOf(effect, rollout));
      return;
    case 'commit':
      await host.commit(command);
      return;
    case 'revert':
      await host.revert(command, effect.reason, rollout.urgent === true);
      return;
  }
}

/** Hosts that the same rollout brings to the same release. */
const stagingWith = ({ app, release: { digest } }: Effect, rollout: Rollout): readonly string[] =>
  hostNames(ofApp(rollout, app).hosts.filter(({ to }) => to.digest === digest));

/** Beside or in place of what runs; and, on the way back in an emergency, without waiting for it to end. */
function howOf({ confirmWithinMs }: Effect, { options, urgent }: Rollout): SwitchHow {
  const { strategy, onLeaseEnd = 'revert' } = options;
  const onTrial = confirmWithinMs > 0;
  return {
    onLeaseEnd,
    ...(onTrial && strategy === 'blue-green' ? { strategy } : {}),
    ...(!onTrial && (strategy === 'emergency' || urgent === true) ? { noGrace: true } : {}),
  };
}

async function documentsOf(
  { host, release }: Effect,
  { releases, specs }: PerformOptions,
): Promise<{ readonly manifest: Uint8Array; readonly hostSpec: Uint8Array }> {
  const hostSpec = await specs.loadSpec(release.specDigest);
  if (hostSpec === undefined) {
    throw new OutriderError(
      'not_found',
      `What ${host} is to run of ${release.version} is no longer known; start anew.`,
    );
  }
  const { bytes } = await releases.manifest(release.digest);
  return { manifest: bytes, hostSpec: new TextEncoder().encode(hostSpec) };
}
