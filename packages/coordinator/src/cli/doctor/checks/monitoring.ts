/** Whether metrics can be scraped, and whether the Prometheus that is set up is well. */
import { bad, type Check, everywhere, ok } from '../check.js';

export const monitoring: Check = {
  name: 'monitoring',
  judge: (fleet) =>
    everywhere(fleet, ({ monitoring: seen }, host) => {
      const broken = seen.find((endpoint) => !endpoint.ok);
      if (broken !== undefined) {
        return bad(
          `${broken.what} at ${broken.url}: ${broken.detail}. Gates with promql and alerts have no data.`,
          broken.what.startsWith('prometheus')
            ? `systemctl status prometheus; curl ${broken.url}; see prometheus.url in coordinator.yaml`
            : `curl -i ${broken.url}`,
          host,
        );
      }
      const asked = seen.map(({ what }) => what).join(', ');
      const none = host === undefined && !seen.some(({ what }) => what === 'prometheus');
      return ok(
        none ? `${asked} can be scraped; no prometheus.url is set, so no Prometheus was asked` : `${asked} answer`,
        host,
      );
    }),
};
