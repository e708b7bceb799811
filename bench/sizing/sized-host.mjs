// One host of some size: real agents under a real sidecar, with its coordinator and its Redis; what goes between these
// three is counted on its way.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectSidecar } from '@outrider/shared/rpc/client.js';
import { Redis } from 'ioredis';
import { Fleet } from '../supervision/adapters/outrider-fleet.mjs';
import { timedRollout } from '../timed-rollout.mjs';
import { CountingProxy } from './counting-proxy.mjs';

const SIDECAR = fileURLToPath(new URL('../../packages/sidecar/bin/sidecar.js', import.meta.url));
const APP = 'bench';
const HOST = 'bench';
const FIRST_PORT = 20_000;
const BEAT_MS = 5_000;
const ROLLOUT_MS = 300_000;

export class SizedHost {
  #version = 0;

  /** `program`: the agent, as it was compiled. */
  constructor({ place, dir, agents, program }) {
    Object.assign(this, { place, dir, agents, program });
    this.address = `${place.network}.11`;
    const [coordinator, redis] = [`${place.network}.21`, `${place.network}.22`];
    this.toCoordinator = new CountingProxy({ host: coordinator, port: 7070 }, { host: this.address, port: 7070 });
    this.toRedis = new CountingProxy({ host: redis, port: 6379 }, { host: `${place.network}.2`, port: 6379 });
    this.fleet = new Fleet({ place, dir, hosts: { [HOST]: coordinator }, startHosts: () => this.#startSidecar(redis) });
  }

  async start() {
    await this.toCoordinator.start();
    await this.toRedis.start();
    await this.fleet.start();
    this.redis = new Redis(this.fleet.redisUrl);
    await this.fleet.untilUp(1);
  }

  /** Stock settings. */
  async #startSidecar(redis) {
    const folder = join(this.dir, HOST);
    mkdirSync(folder, { recursive: true });
    const at = (port) => [`${this.address}:${port}`];
    const settings = {
      ...{ host: HOST, address: this.address, token_file: this.fleet.token, redis: { url: `redis://${redis}:6379` } },
      ...{ data_dir: join(folder, 'data'), run_dir: join(this.place.memory, HOST), log_dir: join(folder, 'log') },
      listen: { grpc: at(7070), http: at(8080), metrics: at(8000), zmq: { question: at(5555), events: at(5556) } },
    };
    writeFileSync(join(folder, 'sidecar.yaml'), JSON.stringify(settings));
    const argv = [process.execPath, SIDECAR, 'run', '--config', join(folder, 'sidecar.yaml')];
    const env = { OUTRIDER_RENDEZVOUS: join(folder, 'endpoints') };
    this.sidecar = this.place.start(this.dir, argv, { env, out: 'sidecar.out' });
  }

  /** Brings the next release, in which every agent is another one; milliseconds. */
  async rollout() {
    this.#version += 1;
    const version = String(this.#version);
    const names = Array.from({ length: this.agents }, (_one, index) => `agent-${index}`);
    const agents = Object.fromEntries(names.map((name, index) => [name, this.#agent(version, FIRST_PORT + index)]));
    await this.fleet.push(version, { app: APP, agents });
    const { ms } = await timedRollout(this.fleet, { app: APP, version, canary: 0 }, ROLLOUT_MS);
    return ms;
  }

  #agent(version, port) {
    const address = `${this.address}:${port}`;
    return {
      command: [this.program, `LISTEN=${address}`, `BEATMS=${BEAT_MS}`],
      environment: { RELEASE: version },
      healthcheck: [
        { http: { url: `http://${address}/` }, interval: '5s' },
        { heartbeat: { within: '15s' }, for: 'liveness' },
      ],
    };
  }

  /** How often the coordinator is told of the host, a second: what simulated hosts have to tell as often. */
  async updatesPerSecond(seconds) {
    const remote = connectSidecar({ endpoint: `${this.address}:7070` });
    const signal = AbortSignal.timeout(seconds * 1_000);
    let count = -1; // the first one comes at once
    try {
      for await (const _status of remote.WatchStatus({}, { signal })) count += 1;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      remote.close();
    }
    return Math.max(0, count) / seconds;
  }

  end() {
    this.redis?.disconnect();
    this.toCoordinator.stop();
    this.toRedis.stop();
    this.place.end(this.dir);
  }
}
