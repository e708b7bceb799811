/** Remembers which rollouts are of several apps, so that their hosts are shown with the app that is meant. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { appsIn } from '@outrider/shared/domain/rollout-place.js';

export class SeveralApps {
  private readonly rollouts = new Set<string>();

  /** Whether the event belongs to such a rollout: what is told of it as a whole names all its apps. */
  has({ rollout = '', app = '' }: OutriderEvent): boolean {
    if (appsIn(app).length > 1) this.rollouts.add(rollout);
    return this.rollouts.has(rollout);
  }
}
