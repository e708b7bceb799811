/** Where the metrics of a sidecar are scraped. */
import { formatHostPort } from '@outrider/shared/runtime/listen.js';
import type { FleetHost } from './ports.js';

/** Where sidecars serve their metrics unless told otherwise. */
const METRICS_PORT = 8000;

/** `HOST:PORT` */
export const targetOf = ({ address, metrics }: Pick<FleetHost, 'address' | 'metrics'>): string =>
  metrics ?? formatHostPort({ host: address, port: METRICS_PORT });
