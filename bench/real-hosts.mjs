// Real sidecars with a coordinator and a Redis, each on a loopback address of its own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fleet } from './supervision/adapters/outrider-fleet.mjs';

const SIDECAR = fileURLToPath(new URL('../packages/sidecar/bin/sidecar.js', import.meta.url));

export class RealHosts {
  /** The processes of the sidecars, by host. */
  sidecars = new Map();

  constructor({ place, dir, hosts, settings = {} }) {
    Object.assign(this, { place, dir, settings });
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
        ...this.settings,
      };
      writeFileSync(join(folder, 'sidecar.yaml'), JSON.stringify(settings));
      const argv = [process.execPath, SIDECAR, 'run', '--config', join(folder, 'sidecar.yaml')];
      const env = { OUTRIDER_RENDEZVOUS: join(folder, 'endpoints') };
      this.sidecars.set(name, this.place.start(this.dir, argv, { env, out: `${name}.out` }));
    }
  }

  end() {
    this.place.end(this.dir);
  }
}
