// Many hosts in one process: the model of a host from the tests, each behind a real gRPC server of its own, registered in
// Redis as a sidecar does it. Words: one JSON document, see `run.mjs`.
import { readFileSync } from 'node:fs';
import { SimulatedHost } from '@outrider/shared/testing/simulated-host.js';
import { sidecarProto } from '@outrider/shared/rpc/loader.js';
import { startGrpcServer } from '@outrider/shared/rpc/server.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { Redis } from 'ioredis';
import { latest } from '../../packages/sidecar/dist/link/latest.js';

const PRESENCE_MS = 10_000;
const REFRESH_MS = 3_000;
const COALESCE_MS = 20;
const OPEN = new Set(['Status', 'WatchStatus']);

const { app, names, address, agents, redisUrl, tokenFile, stageMs, switchMs, updatesPerSecond } = JSON.parse(
  process.argv[2],
);
const token = readFileSync(tokenFile, 'utf8').trim();
const keys = fleetKeys('local');
const redis = new Redis(redisUrl);
const proto = sidecarProto();

/** What a rollout asks of no host. */
const UNASKED = Object.fromEntries(
  Object.keys(proto.types.outrider.v1.Sidecar.service).map((name) => [
    name,
    () => {
      throw new Error(`Nobody asks for ${name} here.`);
    },
  ]),
);
const FACTS = {
  ...{ diskNeededBytes: 0, diskFreeBytes: 1, diskReserveBytes: 0, memoryBytes: 1, memoryReservedBytes: 0 },
  ...{ cpus: 1, cpusReserved: 0 },
};

/** A model and what it lacks: time, instances, and listeners. */
class Host {
  listeners = new Set();
  #updates = 0;

  constructor(name, agents) {
    this.name = name;
    this.agents = agents;
    this.model = new SimulatedHost(
      name,
      app,
      () => 'good',
      () => this.changed(),
    );
  }

  changed() {
    for (const listener of this.listeners) listener();
  }

  /** As if an agent had been restarted. */
  update() {
    this.#updates += 1;
    this.changed();
  }

  status() {
    const status = this.model.status();
    const release = this.model.candidate ?? this.model.active;
    return release === undefined ? status : { ...status, address, instances: this.#instances(release.version) };
  }

  #instances(version) {
    return Array.from({ length: this.agents }, (_one, index) => ({
      ...{ host: this.name, app, agent: `agent-${index}`, instance: 0, version, state: 'ready', ready: true },
      ...{
        incarnation: `${this.name}-${index}-${version}`,
        fingerprint: version.padStart(64, '0'),
        pid: 1_000 + index,
      },
      ...{ restarts: index === 0 ? this.#updates : 0, since: '2026-01-01T00:00:00.000Z', reason: '', critical: true },
      ...{ overdue: false, healthScore: 1 },
    }));
  }

  /** The agents' own time. */
  after(ms, answer) {
    setTimeout(() => this.model.work(), ms);
    return answer;
  }

  service() {
    const { model } = this;
    return {
      ...UNASKED,
      Status: async () => this.status(),
      WatchStatus: (_request, { signal }) =>
        latest({
          read: () => this.status(),
          onChange: (listener) => {
            this.listeners.add(listener);
            return () => this.listeners.delete(listener);
          },
          coalesceMs: COALESCE_MS,
          signal,
        }),
      BindEpoch: async ({ epoch, holder }) => {
        model.bindEpoch(epoch, holder);
        return this.status();
      },
      Stage: async ({ command, release }) => this.after(stageMs, model.stage(command, { release })),
      Switch: async ({ command, release, confirmWithinMs, rolloutRecord }) =>
        this.after(switchMs, model.switchTo(command, release, confirmWithinMs, rolloutRecord)),
      Renew: async (renewal) => model.renew(renewal),
      Commit: async ({ command }) => model.commit(command),
      Revert: async ({ command, reason }) => this.after(switchMs, model.revert(command, reason)),
      Preflight: async () => ({ problems: [], notices: [], facts: FACTS }),
    };
  }

  async serve() {
    const server = await startGrpcServer({
      ...{ service: proto.types.outrider.v1.Sidecar.service, proto, implementation: this.service() },
      ...{ listen: [`${address}:0`], tokens: () => [token], open: OPEN },
      onBug: (error, method) => process.stderr.write(`${this.name} ${method}: ${error.stack}\n`),
    });
    this.endpoint = server.addresses[0];
  }

  register() {
    const { name, endpoint } = this;
    return Promise.all([
      redis.hset(keys.hosts, name, JSON.stringify({ name, address, endpoint, labels: {} })),
      redis.set(keys.presence(name), '{}', 'PX', PRESENCE_MS),
    ]);
  }
}

const hosts = names.map((name, index) => new Host(name, agents[index]));
const register = () => Promise.all(hosts.map((host) => host.register())).catch(() => undefined);

for (const host of hosts) await host.serve();
await register();
setInterval(register, REFRESH_MS);
setInterval(() => {
  const now = performance.now();
  for (const { model } of hosts) model.advance(now);
}, 500);
if (updatesPerSecond > 0) {
  let next = 0;
  setInterval(() => hosts[(next += 1) % hosts.length].update(), 1_000 / updatesPerSecond);
}
