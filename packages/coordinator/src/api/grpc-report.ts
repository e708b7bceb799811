/** outrider.v1.Coordinator: delivery figures. */
import { DEFAULT_REPORT_MS, DELIVERIES_KEPT_MS, type DeliveryReport } from '@outrider/shared/domain/delivery.js';
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import { writeReport } from '@outrider/shared/rpc/codec.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { deliveryReport } from '../rollout/delivery/figures.js';
import { optionalName, refuse } from './fields.js';
import type { Inside } from './inside.js';

const LEAST_MS = 60_000;

export const reportMethods = (inside: Inside): Pick<Service<CoordinatorHandlers>, 'Report'> => ({
  Report: async ({ app, sinceMs = DEFAULT_REPORT_MS }) => {
    if (!Number.isSafeInteger(sinceMs) || sinceMs < LEAST_MS || sinceMs > DELIVERIES_KEPT_MS) {
      refuse('since', 'expected is a time from 1m to 400d, which is how long deliveries are remembered');
    }
    return writeReport(await reportOf(inside, sinceMs, optionalName('app', app)));
  },
});

/** Over the last `sinceMs`. All that is kept is read: what is stuck stays so until something has mended it, however long. */
export async function reportOf(
  { rollouts, environment, clock }: Inside,
  sinceMs: number,
  app = '',
): Promise<DeliveryReport> {
  const until = clock.now();
  const records = await rollouts.deliveries(Math.max(0, until - DELIVERIES_KEPT_MS));
  return deliveryReport(records, { environment, app, from: until - sinceMs, until });
}
