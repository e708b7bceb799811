// One fleet of simulated hosts with its coordinator and its Redis, from start to end, and what a rollout over it costs.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { Fleet } from '../supervision/adapters/outrider-fleet.mjs';
import { onPath } from '../supervision/adapters/adapter.mjs';
import { processorTimeOf } from '../supervision/proc.mjs';
import { timedRollout } from '../timed-rollout.mjs';

const HOSTS = fileURLToPath(new URL('simulated-hosts.mjs', import.meta.url));
const APP = 'bench';
const HOSTS_PER_PROCESS = 250;
const ROLLOUT_MS = 900_000;
/** The simulated hosts' own time: fetching a release, and replacing its agents. */
export const OWN = { stageMs: 50, switchMs: 100 };
const MIB = 1024 * 1024;

/** The coordinator gets a core for itself; everything else goes to the others. */
export function pins(cores) {
  if (!onPath('taskset') || cores < 2) return { coordinator: [], redis: [], hosts: [] };
  const rest = ['taskset', '-c', `1-${cores - 1}`];
  return { coordinator: ['taskset', '-c', '0'], redis: rest, hosts: rest };
}

export class ScaleRun {
  constructor({ place, dir, hosts, agents, cores, updatesPerSecond = 0 }) {
    Object.assign(this, { place, dir, hosts, updatesPerSecond });
    /** How many agents the host of this index has. */
    this.agents = typeof agents === 'number' ? () => agents : agents;
    this.pin = pins(cores);
    this.fleet = new Fleet({ place, dir, pin: this.pin, startHosts: () => this.#startHosts() });
  }

  async start() {
    await this.fleet.start();
    this.redis = new Redis(this.fleet.redisUrl);
    await this.fleet.untilUp(this.hosts);
  }

  async #startHosts() {
    // Before any host is known.
    this.emptyMiB = this.rssMiB();
    const names = Array.from({ length: this.hosts }, (_one, index) => `host-${String(index + 1).padStart(4, '0')}`);
    for (let from = 0; from < names.length; from += HOSTS_PER_PROCESS) {
      const some = names.slice(from, from + HOSTS_PER_PROCESS);
      const words = {
        ...{ app: APP, names: some, agents: some.map((_name, index) => this.agents(from + index)) },
        ...{ address: `${this.place.network}.10`, redisUrl: this.fleet.redisUrl, tokenFile: this.fleet.token, ...OWN },
        updatesPerSecond: this.updatesPerSecond,
      };
      const argv = [...this.pin.hosts, process.execPath, HOSTS, JSON.stringify(words)];
      this.place.start(this.dir, argv, { out: 'hosts.out' });
    }
  }

  get pid() {
    return this.fleet.coordinator.pid;
  }

  rssMiB = () => this.#ofStatus('VmRSS') / 1024;
  peakMiB = () => this.#ofStatus('VmHWM') / 1024;

  #ofStatus(key) {
    return Number(
      new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1] ?? 0,
    );
  }

  async #redisBytesIn() {
    return Number(/^total_net_input_bytes:(\d+)/m.exec(await this.redis.info('stats'))[1]);
  }

  /** Brings the next release to all hosts. */
  async rollout(version, maxParallel) {
    const agent = { command: ['/bin/true'], environment: { RELEASE: version } };
    const names = Array.from({ length: this.agents(0) }, (_one, index) => `agent-${index}`);
    await this.fleet.push(version, { app: APP, agents: Object.fromEntries(names.map((name) => [name, agent])) });
    writeFileSync(`/proc/${this.pid}/clear_refs`, '5');
    const before = { cpu: processorTimeOf([this.pid]), redis: await this.#redisBytesIn(), at: performance.now() };
    const { ms, events } = await timedRollout(this.fleet, { app: APP, version, maxParallel }, ROLLOUT_MS);
    const wallMs = performance.now() - before.at;
    return {
      ...{ ms, wallMs, emptyMiB: this.emptyMiB, events: events.length, peakMiB: this.peakMiB(), rssMiB: this.rssMiB() },
      cpuS: (processorTimeOf([this.pid]) - before.cpu) / 1e9,
      redisMiB: ((await this.#redisBytesIn()) - before.redis) / MIB,
      waves: 1 + Math.max(...Object.values(wavesOf(events))),
    };
  }

  end() {
    this.redis?.disconnect();
    this.place.end(this.dir);
  }
}

/** How many times hosts were switched together. */
function wavesOf(events) {
  let wave = 0;
  let isSwitching = false;
  const waves = {};
  for (const { type, host } of events) {
    if (type === 'rollout.host.switching') {
      if (!isSwitching) wave += 1;
      isSwitching = true;
      waves[host] = wave - 1;
    } else if (type === 'rollout.host.trial') isSwitching = false;
  }
  return waves;
}
