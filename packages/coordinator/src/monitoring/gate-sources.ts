/** Everything that gates may ask, put together. */
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { GateSources } from '../engine/ports.js';
import { runGate } from './exec-gate.js';
import { askPrometheus, type PrometheusAddress } from './prometheus.js';
import { askWebhook } from './webhook-gate.js';

export function gateSources(
  hosts: Pick<GateSources, 'samples'>,
  prometheus: PrometheusAddress | undefined,
): GateSources {
  return {
    samples: (...asked) => hosts.samples(...asked),
    promql: async (query, signal) => {
      if (prometheus === undefined) {
        throw new OutriderError('invalid', 'coordinator.yaml does not say where Prometheus is: prometheus: { url }');
      }
      return askPrometheus(prometheus, query, signal);
    },
    exec: runGate,
    webhook: askWebhook,
  };
}
