/** What is seen of the Prometheus that is set up: whether it is well, and whether it can scrape this fleet. */
import type { EndpointSight } from '@outrider/shared/domain/diagnosis.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { seeEndpoint } from '@outrider/shared/runtime/sight/endpoint.js';
import { askPrometheus, headersOf, type PrometheusAddress, rootOf } from './prometheus.js';

/** Never rejects, as the one below. */
export async function seePrometheus(prometheus: PrometheusAddress, withinMs: number): Promise<EndpointSight> {
  const [what, url] = ['prometheus', `${rootOf(prometheus)}/-/healthy`];
  try {
    return await seeEndpoint(what, url, withinMs, headersOf(prometheus));
  } catch (error) {
    return { what, url, ok: false, detail: messageOf(error) };
  }
}

/** `targets`: `HOST:PORT` of this fleet; what else it scrapes is not ours. */
export async function seeTargets(
  prometheus: PrometheusAddress,
  targets: readonly string[],
  withinMs: number,
): Promise<EndpointSight> {
  const place = { what: 'prometheus targets', url: prometheus.url };
  try {
    const [down = 0] = await askPrometheus(prometheus, downOf(targets), AbortSignal.timeout(withinMs));
    const detail = down === 0 ? 'answer its scrapes' : `${down} of this fleet can't be scraped`;
    return { ...place, ok: down === 0, detail };
  } catch (error) {
    return { ...place, ok: false, detail: messageOf(error) };
  }
}

/** How many of them do not answer. A target is its own `instance`, but where its job says otherwise. */
function downOf(targets: readonly string[]): string {
  const names = targets.map((target) => target.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return `count(up{instance=~${JSON.stringify(names)}} == 0) or vector(0)`;
}
