// A coordinator and a Redis, as a user's would be, and how a release is brought to their hosts.
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const COORDINATOR = fileURLToPath(new URL('../../../packages/coordinator/bin/coordinator.js', import.meta.url));
const PATIENCE_MS = 60_000;
const ROLLOUT_MS = 300_000;

export class Fleet {
  #children = [];

  /**
   * `hosts`: name to address, as in coordinator.yaml. `startHosts` starts whatever answers there. `pin`: words before a
   * command that bind it to some cores.
   */
  constructor({ place, dir, hosts = {}, startHosts = async () => undefined, pin = { coordinator: [], redis: [] } }) {
    Object.assign(this, { place, dir, hosts, startHosts, pin });
    this.folder = join(dir, 'fleet');
    this.token = join(this.folder, 'token');
    this.redisHost = `${place.network}.2`;
    this.redisUrl = `redis://${this.redisHost}:6379`;
    this.endpoint = `${place.network}.1:7077`;
    this.env = {
      OUTRIDER_RENDEZVOUS: join(dir, 'endpoints'),
      OUTRIDER_ENDPOINT: this.endpoint,
      OUTRIDER_TOKEN_FILE: this.token,
    };
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.token, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  }

  /** Starts all of it and waits until the hosts can be given a release. */
  async start() {
    const { redisHost, folder, pin } = this;
    const plain = ['--save', '', '--set-proc-title', 'no'];
    this.#start([...pin.redis, 'redis-server', '--bind', redisHost, '--port', '6379', '--dir', folder, ...plain]);
    await this.#reachable(redisHost, 6379);
    writeFileSync(join(folder, 'coordinator.yaml'), JSON.stringify(this.#settings()));
    const serve = [process.execPath, COORDINATOR, 'serve', '--config', join(folder, 'coordinator.yaml')];
    this.coordinator = this.#start([...pin.coordinator, ...serve]);
    await this.#reachable(`${this.place.network}.1`, 7077);
    await this.startHosts();
    for (const address of Object.values(this.hosts)) await this.#reachable(address, 7070);
  }

  /** Waits until the coordinator has heard of so many hosts. */
  async untilUp(count) {
    const deadline = performance.now() + 2 * PATIENCE_MS;
    while ((await this.#hostsUp()) < count) {
      if (performance.now() > deadline) throw new Error(`Not all hosts are up; see the files in ${this.dir}.`);
      await pause(100);
    }
  }

  /** 0 while nobody listens there yet. */
  async #hostsUp() {
    const url = `http://${this.place.network}.1:7777/metrics`;
    const page = await fetch(url).then(
      (answer) => answer.text(),
      () => '',
    );
    return Number(/^outrider_hosts\{state="up"\} (\d+)/m.exec(page)?.[1] ?? 0);
  }

  #start(argv) {
    const child = this.place.start(this.dir, argv, { env: this.env, out: 'fleet.out' });
    this.#children.push(child);
    return child;
  }

  #settings() {
    const at = (port) => [`${this.place.network}.1:${port}`];
    return {
      host: 'coordinator',
      data_dir: join(this.folder, 'data'),
      run_dir: join(this.folder, 'run'),
      log_dir: join(this.folder, 'log'),
      token_file: this.token,
      redis: { url: this.redisUrl },
      listen: { grpc: at(7077), http: [...at(7777), ...at(7779)], websocket: at(7778) },
      hosts: Object.fromEntries(
        Object.entries(this.hosts).map(([name, address]) => [name, { address, endpoint: `${address}:7070` }]),
      ),
    };
  }

  /** Brings a release to the hosts, to its end. */
  async rollout(version, release) {
    await this.push(version, release);
    await this.#coordinator('rollout', '--app', release.app, '--version', version, '--bake', '0s');
  }

  async push(version, release) {
    const tree = join(this.folder, 'tree');
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(tree, 'agents.yaml'), JSON.stringify(release));
    await this.#coordinator('release', 'push', tree, '--version', version);
  }

  /** A leader may need a moment: what is refused is asked again. */
  async #coordinator(...words) {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const argv = [process.execPath, COORDINATOR, ...words];
      const { code, out, err } = await this.place.run(this.dir, argv, { env: this.env, timeoutMs: ROLLOUT_MS });
      if (code === 0) return;
      if (performance.now() > deadline || code === 20 || code === 22) {
        throw new Error(`"coordinator ${words.join(' ')}" ended with ${code}: ${out}${err}`);
      }
      await pause(200);
    }
  }

  async #reachable(host, port) {
    const deadline = performance.now() + PATIENCE_MS;
    while (performance.now() < deadline) {
      const socket = createConnection({ host, port });
      const reached = await new Promise((resolve) => {
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      });
      socket.destroy();
      if (reached) return;
      await pause(50);
    }
    throw new Error(`Nobody listens on ${host}:${port}; see the files in ${this.dir}.`);
  }

  /** Ends coordinator and Redis. */
  async stop() {
    for (const child of this.#children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  }
}
