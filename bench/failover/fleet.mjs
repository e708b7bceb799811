// A fleet of real processes on loopback: one Redis, two hosts, two coordinators that take turns to lead.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectCoordinator, connectSidecar } from '@outrider/shared/rpc/client.js';
import { ensureToken } from '@outrider/shared/runtime/token.js';
import { freePort, startRedis } from '@outrider/shared/testing/redis.js';

const bin = (name) => fileURLToPath(new URL(`../../packages/${name}/bin/${name}.js`, import.meta.url));
const HOST = '127.0.0.1';
const WITHIN_MS = 60_000;

/** Asks again and again until it is so; gives what was answered. */
export async function until(ask, what, everyMs = 20) {
  const deadline = performance.now() + WITHIN_MS;
  let last;
  for (;;) {
    const answer = await ask().catch((error) => void (last = error));
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}.`, { cause: last });
    await pause(everyMs);
  }
}

export class Fleet {
  #closers = [];
  #folder = mkdtempSync(join(tmpdir(), 'outrider-failover-'));
  #token = join(this.#folder, 'token');
  coordinators = [];

  async start(hosts, coordinators) {
    ensureToken(this.#token);
    mkdirSync(join(this.#folder, 'endpoints'), { mode: 0o700 });
    const redis = await startRedis({ host: HOST });
    this.#closers.push(() => redis.stop());
    for (const name of hosts) await this.#startHost(name, redis.url);
    for (const name of coordinators) this.coordinators.push(await this.#coordinator(name, redis.url));
    for (const one of this.coordinators) one.start();
    for (const one of this.coordinators) await this.#serves(one, hosts.length);
  }

  /** One agent that sleeps; its version is in its environment, so that each version is another one. */
  release(version) {
    const folder = join(this.#folder, `release-${version}`);
    mkdirSync(folder);
    const agents = {
      sleeper: { command: ['sleep', '3600'], environment: { V: version }, healthcheck: { exec: ['true'] } },
    };
    writeFileSync(join(folder, 'agents.yaml'), JSON.stringify({ app: 'bench', agents }));
    return folder;
  }

  /** `coordinator WORDS`; rejects where it fails. */
  async cli(...words) {
    const endpoint = this.coordinators.map((one) => one.endpoint).join(',');
    const env = { ...this.#env(), OUTRIDER_ENDPOINT: endpoint, OUTRIDER_TOKEN_FILE: this.#token };
    const child = spawn(process.execPath, [bin('coordinator'), ...words], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`coordinator ${words.join(' ')} ended with ${code}`);
  }

  /** Whoever leads now. */
  async leader() {
    for (const one of this.coordinators) {
      const { leader } = await one.remote.Status({}, { timeoutMs: 1_000 }).catch(() => ({ leader: '' }));
      const found = this.coordinators.find(({ name, pid }) => leader.startsWith(`${name}-${pid()}-`));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Both are there again, warm and of one mind. */
  async settled() {
    for (const one of this.coordinators) await this.#serves(one, 1);
    return until(() => this.leader(), 'a leader');
  }

  async close() {
    for (const closer of this.#closers.splice(0).reverse()) await closer();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  #serves = ({ remote, name }, hosts) =>
    until(async () => {
      const { leader, hostsUp } = await remote.Status({}, { timeoutMs: 1_000 });
      return leader !== '' && hostsUp >= hosts;
    }, `${name} to serve`);

  #env = () => ({
    ...{ PATH: process.env.PATH, HOME: process.env.HOME ?? '/' },
    OUTRIDER_RENDEZVOUS: join(this.#folder, 'endpoints'),
  });

  #settings(name, redis) {
    const own = join(this.#folder, name);
    const folders = { data_dir: join(own, 'data'), run_dir: join(own, 'run'), log_dir: join(own, 'log') };
    return { host: name, ...folders, token_file: this.#token, redis: { url: redis } };
  }

  #daemon(program, name, settings) {
    const file = join(this.#folder, `${name}.yaml`);
    writeFileSync(file, JSON.stringify(settings));
    const log = openSync(join(this.#folder, `${name}.log`), 'a');
    const words = program === 'sidecar' ? ['run'] : ['serve'];
    const env = this.#env();
    return spawn(process.execPath, [bin(program), ...words, '--config', file], { env, stdio: ['ignore', log, log] });
  }

  async #startHost(name, redis) {
    const at = async () => [`${HOST}:${await freePort(HOST)}`];
    const zmq = { question: await at(), events: await at() };
    const listen = { grpc: await at(), http: await at(), metrics: await at(), zmq };
    const child = this.#daemon('sidecar', name, { ...this.#settings(name, redis), listen });
    const remote = connectSidecar({ endpoint: listen.grpc[0], token: ensureToken(this.#token) });
    this.#closers.push(async () => {
      await remote.ControlAgent({ action: 'stop', by: 'bench' }, { timeoutMs: 30_000 }).catch(() => undefined);
      remote.close();
      await ended(child, 'SIGTERM');
    });
  }

  async #coordinator(name, redis) {
    const at = async () => [`${HOST}:${await freePort(HOST)}`];
    const listen = { grpc: await at(), http: await at(), websocket: await at() };
    const [endpoint] = listen.grpc;
    const remote = connectCoordinator({ endpoint, token: ensureToken(this.#token) });
    let child;
    this.#closers.push(async () => {
      remote.close();
      await ended(child, 'SIGTERM');
    });
    return {
      ...{ name, endpoint, remote, pid: () => child.pid },
      start: () => (child = this.#daemon('coordinator', name, { ...this.#settings(name, redis), listen })),
      kill: () => ended(child, 'SIGKILL'),
    };
  }
}

async function ended(child, signal) {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
