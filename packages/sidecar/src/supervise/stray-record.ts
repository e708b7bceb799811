/** What is known of an agent that runs without a record: nothing is made up, and what can't be proven is replaced. Pure. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { NO_HISTORY } from '../agent/instance.js';
import { wasStartedAs } from './incarnation-id.js';
import type { InstanceRecord, Origin } from './instance-record.js';
import type { Stray } from './ports.js';

/** Of no agent: so it is taken for one of another release, and goes as such. */
const UNKNOWN = '';

export interface StrayFacts {
  readonly bootId: string;
  /** Its name among the records. */
  readonly key: string;
  /** On the clock of `Instance`. */
  readonly at: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** `wanted`: the agent of its name in the release that should run, if any; `origin`: of that release. */
export function recordOfStray(
  stray: Stray,
  wanted: HostAgent | undefined,
  origin: Origin | undefined,
  { key, bootId, at, now }: StrayFacts,
): InstanceRecord {
  const { app, agent, index, incarnation, identity, version } = stray;
  const proven = wanted !== undefined && wasStartedAs(incarnation, wanted);
  const spec: HostAgent = proven ? wanted : { ...(wanted ?? bare(agent)), fingerprint: UNKNOWN };
  return {
    ...{ key, bootId, app, spec, index, identity },
    origin: { ...(origin ?? NOWHERE), version },
    slot: 'active',
    instance: { state: 'ready', incarnation, history: { ...NO_HISTORY, everReady: true }, since: at, reason: '' },
    fresh: false,
    lastFault: '',
    since: now,
  };
}

const NOWHERE: Origin = { version: '', tree: '/', environment: '', hosts: {} };

const bare = (name: string): HostAgent => ({
  name,
  command: [name],
  hosts: [],
  replicas: 1,
  environment: {},
  workingDir: '.',
  dependsOn: [],
  files: [],
  healthchecks: [],
  restart: { kind: 'no' },
  stopSignal: 'SIGTERM',
  stopGraceMs: 10_000,
  order: 'stop-first',
  parallelism: 1,
  sockets: [],
  fingerprint: UNKNOWN,
});
