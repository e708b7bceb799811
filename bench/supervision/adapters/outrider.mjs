// Outrider as a user runs it: `sidecar run` with stock settings. A release reaches it once, through a coordinator and a
// Redis that are ended then; what is measured is one host that the sidecar supervises alone, from a start as at boot.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Adapter } from './adapter.mjs';
import { Fleet } from './outrider-fleet.mjs';

const root = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const SIDECAR = root('packages/sidecar/bin/sidecar.js');
const START_MS = 120_000;

export class Outrider extends Adapter {
  static title = 'outrider';
  static note = 'stock settings, output to files; no probe unless said; swap: a rollout, start-first on a held socket';
  static kept = ['host', 'fleet'];
  // An agent that ends twice within a minute is started again after 100 ms, not at once.
  static forgetsAfterS = 60;

  static missing = () => (existsSync(root('packages/sidecar/dist/main.js')) ? undefined : 'not built: npm run build');
  static version = () => JSON.parse(readFileSync(root('packages/sidecar/package.json'), 'utf8')).version;

  address = `${this.place.network}.11`;
  #run = join(this.place.memory, this.constructor.title);
  #host = (path) => join(this.dir, 'host', path);
  #fleet = new Fleet({
    ...{ place: this.place, dir: this.dir, hosts: { bench: this.address } },
    startHosts: () => this.start(),
  });
  #env = { OUTRIDER_RENDEZVOUS: join(this.dir, 'endpoints') };

  /** agents.yaml that names these agents; `more` are keys of each. */
  #release(agents, more = {}) {
    const entries = agents.map(({ id, argv, keys }) => [id, { command: argv, ...more, ...keys }]);
    return { app: 'bench', agents: Object.fromEntries(entries) };
  }

  #settings() {
    const at = (port) => [`${this.address}:${port}`];
    this.file(
      'sidecar.yaml',
      JSON.stringify({
        host: 'bench',
        address: this.address,
        data_dir: this.#host('data'),
        run_dir: this.#run,
        log_dir: this.#host('log'),
        token_file: this.#fleet.token,
        redis: { url: this.#fleet.redisUrl },
        listen: { grpc: at(7070), http: at(8080), metrics: at(8000), zmq: { question: at(5555), events: at(5556) } },
      }),
    );
  }

  /** Leaves the release committed on disk and nothing running, as a machine that was switched off. */
  async prepare(agents) {
    const release = this.#release(agents);
    this.#settings();
    const mark = this.#host('prepared.json');
    if (!existsSync(mark) || readFileSync(mark, 'utf8') !== JSON.stringify(release)) {
      await this.#fleet.start();
      await this.#fleet.rollout('1', release);
      await this.#fleet.stop();
      writeFileSync(mark, JSON.stringify(release));
    }
    this.#powerCut();
  }

  #powerCut() {
    this.place.end(this.dir);
    for (const path of [this.#run, this.#host('log')]) rmSync(path, { recursive: true, force: true });
    writeFileSync(join(this.dir, 'stamps'), '');
  }

  async start() {
    if (this.roots().length > 0) return;
    this.spawn([process.execPath, SIDECAR, 'run', '--config', join(this.dir, 'sidecar.yaml')], { env: this.#env });
  }

  /** Without a Redis its events would wait, in memory, up to ten thousand of them. */
  accompany() {
    return this.#fleet.start();
  }

  async status() {
    const { out } = await this.run([process.execPath, SIDECAR, 'status', '--socket', join(this.#run, 'sidecar.sock')]);
    return out.match(/^\S+\.\d+\s+(ready|starting)\b/gm)?.length ?? 0;
  }

  async prepareSwap({ port, versionFile, stamps }) {
    const agent = { id: 'web', argv: this.webArgv({ VERSION_FILE: versionFile, STAMP: stamps }) };
    this.#web = this.#release([agent], {
      sockets: [{ name: 'http', listen: `127.0.0.1:${port}` }],
      healthcheck: { http: { url: `http://127.0.0.1:${port}/` } },
    });
    this.#settings();
    await this.#fleet.start();
    await this.#rollout();
    // The fleet stays, since it brings the other version; so does the sidecar, which `start` finds running.
  }

  #web;
  #version = Date.now();

  /** What was pushed under one version, in this repetition or in one before, is never another. */
  #rollout() {
    this.#version += 1;
    return this.#fleet.rollout(String(this.#version), this.#web);
  }

  swap() {
    this.#web.agents.web.environment = { RELEASE: '2' };
    return this.#rollout();
  }
}

/** With a probe each every five seconds; for what probes cost. */
export class OutriderProbed extends Outrider {
  static title = 'outrider-probed';
  static note = 'as outrider, each agent with a TCP probe every 5 s';
  static FIRST_PORT = 20_000;

  async prepare(agents) {
    await super.prepare(
      agents.map(({ id, argv }, index) => {
        const address = `${this.address}:${OutriderProbed.FIRST_PORT + index}`;
        return { id, argv: [...argv, `LISTEN=${address}`], keys: { healthcheck: { tcp: { address } } } };
      }),
    );
  }
}
