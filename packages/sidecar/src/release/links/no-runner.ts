/** Of a sidecar that runs no steps, and makes all folders its own. */
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { StepRunner } from './ports.js';

const NONE = 'This sidecar prepares nothing.';

export const NO_RUNNER: StepRunner = {
  ownerOf: () => undefined,
  problemOf: () => NONE,
  programOf: () => '',
  run: () => Promise.reject(new OutriderError('refused', NONE)),
};
