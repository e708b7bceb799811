/** What is kept of the health of agents beside the samples of gates: its history, and what is on its way to a limit. */
import { join } from 'node:path';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import type { SidecarConfig } from '../config.js';
import { sessionFigures } from '../http/session-figures.js';
import type { HealthSource } from '../link/ports.js';
import type { RedisLink } from '../link/redis-link.js';
import { HealthHistory } from '../samples/health-history.js';
import { TrendFile } from '../samples/trend-file.js';
import { Trends } from '../samples/trends.js';
import type { Inside } from './inside.js';

type Closers = (() => unknown)[];

export function startHistory(
  { host: name }: SidecarConfig,
  { host, history }: Inside,
  redis: RedisLink,
  closers: Closers,
): void {
  const started = new HealthHistory({ host: name, clock: systemClock, keep: (result) => redis.judged(result) });
  history.current = started;
  const look = (): void => started.changed(host.status().instances);
  look();
  closers.push(host.onChange(look));
}

export function healthOf(
  { host: name, samples, runDir }: SidecarConfig,
  inside: Inside,
  warn: (sentence: string) => void,
  closers: Closers,
): HealthSource {
  const trends = new Trends({
    ...{ host: name, everyMs: samples.trendEveryMs, clock: systemClock },
    status: () => inside.host.status(),
    memory: sessionFigures(() => systemClock.monotonic()),
    limits: agentsHere(inside),
    file: new TrendFile(join(runDir, 'trends.json'), inside.host.status().bootId, warn),
  });
  inside.trends.current = trends;
  trends.start();
  closers.push(() => trends.stop());
  return {
    trends: () => trends.trends(),
    testHealth: (...asked) => inside.supervisor.testHealth(...asked),
  };
}

/** Of what each app is on its way to; its documents are read once. */
function agentsHere({
  host,
  spec,
}: Pick<Inside, 'host' | 'spec'>): (app: string, agent: string) => HostAgent | undefined {
  const known = new Map<string, { readonly specDigest: string; readonly agents: readonly HostAgent[] }>();
  return (app, agent) => {
    const status = host.status().apps.find((one) => one.app === app);
    const release = status?.candidate ?? status?.active;
    if (release === undefined) return undefined;
    if (known.get(app)?.specDigest !== release.specDigest) {
      known.set(app, { specDigest: release.specDigest, agents: spec(app, release)?.agents ?? [] });
    }
    return known.get(app)?.agents.find(({ name }) => name === agent);
  };
}
