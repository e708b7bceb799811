/** How many instances were ordered on a simulated host, kept beside the host's own book: what load has grown, no rollout shrinks. */
import type { ScalingSpec } from '@outrider/shared/domain/scaling.js';
import { type AppState, wantedOf } from '@outrider/sidecar/host/app-state.js';
import { ordersOn } from '@outrider/sidecar/host/scaling.js';

const BOUNDS: ScalingSpec = { min: 1, max: 9, targets: [], cooldownMs: 1_000 };
/** An agent of every release but the empty one, with the same bounds in each. */
export const SCALED = { name: 'worker', replicas: BOUNDS.min, scaling: BOUNDS };

export class OrderedReplicas {
  private replicas = SCALED.replicas;

  order(replicas: number): void {
    this.replicas = replicas;
  }

  broken(host: string, state: AppState): readonly string[] {
    const wanted = wantedOf(state);
    if (wanted === undefined || wanted.version === 'none') {
      this.replicas = SCALED.replicas;
      return [];
    }
    const runs = ordersOn(state, wanted)?.[SCALED.name]?.replicas ?? SCALED.replicas;
    if (runs === this.replicas) return [];
    return [`what load has grown is kept: ${host} runs ${runs} of ${wanted.version}, ordered were ${this.replicas}`];
  }
}
