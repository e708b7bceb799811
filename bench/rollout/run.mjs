// Real sidecars with a coordinator and a Redis, on loopback addresses of their own, and what a rollout over them costs
// beyond the time that the agents themselves take to end and to be ready.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fleet } from '../supervision/adapters/outrider-fleet.mjs';
import { timedRollout } from '../timed-rollout.mjs';

const SIDECAR = fileURLToPath(new URL('../../packages/sidecar/bin/sidecar.js', import.meta.url));
const ROLLOUT_MS = 300_000;
/** What each agent takes to end, and to be ready. */
export const OWN = { stopMs: 100, readyMs: 100 };
export const APP = 'bench';

export class RolloutRun {
  #version = 0;

  constructor({ place, dir, hosts }) {
    Object.assign(this, { place, dir });
    const names = Array.from({ length: hosts }, (_one, index) => `host-${index + 1}`);
    this.hosts = Object.fromEntries(names.map((name, index) => [name, `${place.network}.${11 + index}`]));
    this.fleet = new Fleet({ place, dir, hosts: this.hosts, startHosts: () => this.#startSidecars() });
  }

  async start() {
    await this.fleet.start();
    await this.fleet.untilUp(Object.keys(this.hosts).length);
  }

  async #startSidecars() {
    for (const [name, address] of Object.entries(this.hosts)) {
      const folder = join(this.dir, name);
      mkdirSync(folder, { recursive: true });
      const at = (port) => [`${address}:${port}`];
      const settings = {
        ...{ host: name, address, token_file: this.fleet.token, redis: { url: this.fleet.redisUrl } },
        ...{ data_dir: join(folder, 'data'), run_dir: join(this.place.memory, name), log_dir: join(folder, 'log') },
        listen: { grpc: at(7070), http: at(8080), metrics: at(8000), zmq: { question: at(5555), events: at(5556) } },
        // Else agents that take their time wait for each other, by four on two cores.
        max_starting: 64,
      };
      writeFileSync(join(folder, 'sidecar.yaml'), JSON.stringify(settings));
      const argv = [process.execPath, SIDECAR, 'run', '--config', join(folder, 'sidecar.yaml')];
      const env = { OUTRIDER_RENDEZVOUS: join(folder, 'endpoints') };
      this.place.start(this.dir, argv, { env, out: `${name}.out` });
    }
  }

  /** Brings a release in which every agent is another one to all hosts; `ms` of it, from its first event to its last. */
  async rollout(agents, maxParallel) {
    this.#version += 1;
    const version = String(this.#version);
    const agent = {
      command: [this.place.agent, `READYMS=${OWN.readyMs}`, `STOPMS=${OWN.stopMs}`],
      environment: { RELEASE: version },
      healthcheck: { notify: true },
    };
    const names = Array.from({ length: agents }, (_one, index) => `agent-${index}`);
    await this.fleet.push(version, { app: APP, agents: Object.fromEntries(names.map((name) => [name, agent])) });
    return timedRollout(this.fleet, { app: APP, version, maxParallel, canary: 0 }, ROLLOUT_MS);
  }

  end() {
    this.place.end(this.dir);
  }
}
