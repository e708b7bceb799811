// A fleet of the demo's own: `coordinator dev` in a private folder, and the CLI that talks to it.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../packages/coordinator/bin/coordinator.js', import.meta.url));
const MOST_SECONDS = 60;

export class Fleet {
  #env;
  #dev;
  #ended = false;
  #cli = new Set();

  constructor(folder, net) {
    this.folder = folder;
    this.net = net;
    this.log = join(folder, 'dev.log');
    this.rendezvous = join(folder, 'endpoints');
    // Its own rendezvous: this fleet and another one of the same user do not meet.
    this.#env = { ...process.env, OUTRIDER_RENDEZVOUS: this.rendezvous };
    for (const name of ['OUTRIDER_ENDPOINT', 'REDIS_URL']) delete this.#env[name];
  }

  start() {
    mkdirSync(this.rendezvous, { mode: 0o700 });
    const log = openSync(this.log, 'w');
    const args = [BIN, 'dev', join(this.folder, 'dev'), '--hosts', 'main-pc,pc2', '--net', this.net];
    // A session of its own, so that Ctrl-C reaches the demo alone, which then ends everything in order.
    this.#dev = spawn(process.execPath, args, { env: this.#env, stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    this.#dev.once('exit', () => (this.#ended = true));
  }

  /** Lets `coordinator dev` end everything; kills it only where it does not. */
  async stop() {
    for (const child of this.#cli) child.kill('SIGKILL');
    if (this.#dev === undefined || this.#ended) return;
    const gone = new Promise((resolve) => this.#dev.once('exit', resolve));
    this.#dev.kill('SIGINT');
    const timer = setTimeout(() => this.#dev.kill('SIGKILL'), 30_000);
    await gone;
    clearTimeout(timer);
  }

  lastWords() {
    return readFileSync(this.log, 'utf8').trim().split('\n').slice(-15).join('\n');
  }

  /** Runs one verb of `coordinator` with --json. Returns its exit code and all it printed, parsed. */
  async run(args, onLine = () => {}) {
    if (this.#ended) throw Object.assign(new Error('"coordinator dev" has ended by itself.'), { final: true });
    const child = spawn(process.execPath, [BIN, ...args, '--json'], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#cli.add(child);
    let problems = '';
    child.stderr.on('data', (chunk) => (problems += chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), MOST_SECONDS * 1000);
    const ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
    const lines = [];
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('{') && line.endsWith('}')) await onLine(JSON.parse(line));
      lines.push(line);
    }
    const code = await ended;
    clearTimeout(timer);
    this.#cli.delete(child);
    return { code, lines, problems: problems.trim() };
  }

  /** One document. */
  async ask(...args) {
    const { code, lines, problems } = await this.run(args);
    if (code !== 0) throw new Error(`coordinator ${args.join(' ')} ended with ${code}: ${problems}`);
    return JSON.parse(lines.join('\n'));
  }

  /** Follows a rollout to its end; `onEvent` is told of each event as it happens. */
  async rollout(version, bake, onEvent) {
    const events = [];
    const began = performance.now();
    const result = await this.run(['rollout', '--version', version, '--bake', bake, '--yes'], async (event) => {
      events.push(event);
      await onEvent?.(event);
    });
    return { ...result, events, last: events.at(-1), seconds: (performance.now() - began) / 1000 };
  }

  agents = () => this.ask('agents');
  hosts = () => this.ask('hosts');

  /** Every daemon notes where it is and which process it is. */
  coordinatorPid() {
    const note = readdirSync(this.rendezvous).find((name) => name.startsWith('coordinator-'));
    return note === undefined ? 0 : JSON.parse(readFileSync(join(this.rendezvous, note), 'utf8')).pid;
  }
}
