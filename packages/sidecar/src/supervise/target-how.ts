/** How what runs makes way for a new target. */
import type { SwitchStrategy } from '@outrider/shared/domain/host.js';

export interface TargetHow {
  /** `blue-green`: what is old is kept beside it, out of service once all that is new stands, until a target in `steady` comes. */
  readonly strategy?: SwitchStrategy;
  /** What runs and is not part of the target is killed now, all of it at once, whatever grace period it has. */
  readonly urgent?: boolean;
}
