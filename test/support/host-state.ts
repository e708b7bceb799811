/** What a sidecar that is not there any more has left on disk: the durable state of its host, read from outside. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.js';

interface KeptState {
  readonly state: {
    readonly apps: Readonly<
      Record<
        string,
        {
          readonly work: { readonly phase: string };
          readonly staging?: { readonly state: string };
          readonly active?: { readonly version: string };
          readonly outcome?: { readonly result: string };
        }
      >
    >;
  };
}

/** In a word: the phase of work, and while nothing is under way what was said of it last. */
export function keptPhase(cluster: Cluster, host: string, app = 'default'): string {
  const file = join(cluster.folder, host, 'data/state/host.json');
  const { state } = JSON.parse(readFileSync(file, 'utf8')) as KeptState;
  const kept = state.apps[app];
  if (kept === undefined) return 'none';
  if (kept.work.phase !== 'idle') return kept.work.phase;
  return kept.staging === undefined ? 'idle' : `staging ${kept.staging.state}`;
}
