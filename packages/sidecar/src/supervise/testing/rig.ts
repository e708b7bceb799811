/** For tests: a supervisor over real processes, sockets, probes and records, and a clean end that fails on leaks. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentSpec, Healthcheck, HostAgent } from '@outrider/shared/domain/agent.js';
import type { EventType } from '@outrider/shared/domain/event.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { createLogFiles, logFolder } from '../../compose/log-files.js';
import { createProbes } from '../../probe/probes.js';
import { createLogReader } from '../../process/log-file.js';
import { LogLedger } from '../../process/log-ledger.js';
import { bootId } from '../../process/process-stat.js';
import { createLimits } from '../../process/limits.js';
import { createNotifySockets } from '../../process/notify-sockets.js';
import { createProcesses } from '../../process/processes.js';
import { acceptsAtOnce } from '../../process/quick-connect.js';
import { createSockets } from '../../process/sockets.js';
import { createRecordStore } from '../../store/record-store.js';
import { createSecrets } from '../../store/secrets.js';
import type { Target } from '../ports.js';
import { Supervisor } from '../supervisor.js';
import type { SupervisorParts } from '../supervisor-parts.js';

export interface Emitted {
  readonly type: EventType;
  readonly agent: string;
  readonly instance: number;
  readonly version: string;
  readonly reason: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export function partsFor(folder: string, events: Emitted[], warnings: string[]): SupervisorParts {
  const processes = createProcesses();
  const ledger = new LogLedger({ folder: join(folder, 'logs'), now: () => Date.now() });
  return {
    clock: systemClock,
    processes,
    limits: createLimits({ controllers: () => new Set(), noNewPrivileges: true, uid: process.getuid?.() ?? 0 }),
    secrets: createSecrets({ dataDir: folder, runDir: folder, warn: (sentence) => warnings.push(sentence) }),
    sockets: createSockets(),
    probes: createProbes({ ownsConnection: (...asked) => processes.ownsConnection(...asked), acceptsAtOnce }),
    bus: {
      prefix: `ipc://${folder}/bus/`,
      open: ({ incarnation }) => `ipc://${folder}/bus/${incarnation}`,
      close: () => undefined,
    },
    notify: createNotifySockets({ runDir: folder, counted: () => undefined, warn: (text) => warnings.push(text) }),
    records: createRecordStore({ runDir: folder, now: () => Date.now(), onUnreadable: (text) => warnings.push(text) }),
    events: {
      emit: (type, fields) => {
        const { agent = '', instance = -1, version = '', reason = '', data = {} } = fields;
        events.push({ type, agent, instance, version, reason, data });
      },
    },
    metrics: {
      started: () => undefined,
      exited: () => undefined,
      restarted: () => undefined,
      probed: () => undefined,
      judged: () => undefined,
    },
    host: { host: 'main-pc', address: '127.0.0.1', redis: { host: '127.0.0.9', port: 6390 } },
    bootId: bootId(),
    ownEnvironment: process.env,
    random: () => 0.5,
    newId: () => randomBytes(8).toString('hex'),
    logs: createLogFiles(logFolder(folder), createLogReader(ledger), (text) => warnings.push(text)),
    maxStarting: 4,
    warn: (sentence) => warnings.push(sentence),
  };
}

export class Rig {
  readonly folder: string;
  readonly events: Emitted[] = [];
  readonly warnings: string[] = [];
  readonly parts: SupervisorParts;
  readonly supervisor: Supervisor;

  constructor(changes: Partial<SupervisorParts> = {}, folder = mkdtempSync(join(tmpdir(), 'outrider-rig-'))) {
    this.folder = folder;
    this.parts = { ...partsFor(this.folder, this.events, this.warnings), ...changes };
    this.supervisor = new Supervisor(this.parts);
  }

  status(agent: string, instance = 0): InstanceStatus | undefined {
    return this.supervisor.instances().find((one) => one.agent === agent && one.instance === instance);
  }

  log(agent: string, instance = 0): string {
    return readFileSync(this.parts.logs.path('app', agent, instance, 'active'), 'utf8');
  }

  types(agent: string): EventType[] {
    return this.events.filter((event) => event.agent === agent).map(({ type }) => type);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Everything is stopped, whatever the test has left. */
  async end(): Promise<void> {
    const apps = new Set(this.supervisor.instances().map(({ app }) => app));
    for (const app of apps) this.supervisor.setTarget(app, undefined, 'steady');
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.supervisor.instances().length > 0) return;
        end();
        resolve();
      };
      const end = this.supervisor.onChange(look);
      look();
    });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const DEFAULTS: AgentSpec = {
  name: 'agent',
  command: ['sleep', '1000'],
  hosts: [],
  replicas: 1,
  environment: {},
  workingDir: '.',
  dependsOn: [],
  files: [],
  healthchecks: [],
  restart: { kind: 'always' },
  stopSignal: 'SIGTERM',
  stopGraceMs: 5_000,
  order: 'stop-first',
  parallelism: 1,
  sockets: [],
};

/** Ready as soon as it is asked, where the second of those without a check would only be waited for. */
const AT_ONCE: Healthcheck = {
  method: { kind: 'exec', command: ['true'] },
  purposes: ['startup'],
  level: 'basic',
  critical: true,
  intervalMs: 1_000,
  timeoutMs: 20_000,
  retries: 1,
  startPeriodMs: 60_000,
};

export const quick = (name: string, given: Partial<HostAgent> = {}): HostAgent =>
  agent(name, { healthchecks: [AT_ONCE], ...given });

/** The fingerprint follows from what is given. */
export function agent(name: string, given: Partial<HostAgent> = {}): HostAgent {
  return { ...DEFAULTS, fingerprint: JSON.stringify(given), ...given, name };
}

export function target(folder: string, version: string, ...agents: readonly HostAgent[]): Target {
  return {
    release: { version, digest: `digest-${version}`, specDigest: `spec-${version}` },
    tree: folder,
    spec: {
      app: 'app',
      version,
      digest: `digest-${version}`,
      environment: 'local',
      host: 'main-pc',
      hosts: { 'main-pc': '127.0.0.1', pc2: '127.0.0.2' },
      agents,
    },
  };
}
