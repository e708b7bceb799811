// Owns what one run of the bench makes: a folder, the agent in it, and every process that is started. `clear` ends them
// all, by pid, however far the run has come; what an earlier run that was killed has left is cleared before the first.
import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine, environment, executable, isAlive, pids } from './proc.mjs';

const PREFIX = 'outrider-bench-';
const MEMORY = '/dev/shm';
const TAG = 'OUTRIDER_BENCH';
const NOT_THEIRS = /^(PM2_|pm_|npm_|OUTRIDER_|NODE_OPTIONS)/;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const WEB = here('agents/web.mjs');

export class Workplace {
  folder = mkdtempSync(join(tmpdir(), PREFIX));
  /** In memory, as /run is: for what does not outlive a boot. */
  memory = memoryOf(this.folder);
  /** A part of loopback: .1 the coordinator, .2 Redis, .11 the host. */
  network = `127.${randomInt(16, 250)}.${randomInt(1, 250)}`;
  web = WEB;
  load = here('agents/load.mjs');
  /** Pids with their folder: a program may hide its words and its environment. */
  #started = new Map();

  constructor() {
    mkdirSync(this.memory);
    writeFileSync(join(this.folder, 'pid'), String(process.pid));
    this.agent = join(this.folder, 'agent');
    const built = spawnSync('cc', ['-O2', '-o', this.agent, here('agents/agent.c')], { encoding: 'utf8' });
    this.compiled = built.status === 0;
    if (!this.compiled) this.agent = here('agents/agent.py');
  }

  /** Starts a program in a session of its own; its output goes to a file of `dir`. */
  start(dir, [program, ...words], { env = {}, out = 'supervisor.out' } = {}) {
    const file = openSync(join(dir, out), 'a');
    const stdio = ['ignore', file, file];
    const child = spawn(program, words, { cwd: dir, env: this.#env(dir, env), stdio, detached: true });
    child.on('error', () => undefined).once('exit', () => this.#started.delete(child.pid));
    closeSync(file);
    if (child.pid !== undefined) this.#started.set(child.pid, `${dir}/`);
    return child;
  }

  /** Runs a program to its end. Never rejects: `code` is null where it did not end in time. */
  run(dir, [program, ...words], { env = {}, timeoutMs = 90_000 } = {}) {
    return new Promise((resolve) => {
      const child = spawn(program, words, { cwd: dir, env: this.#env(dir, env), stdio: ['ignore', 'pipe', 'pipe'] });
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      let out = '';
      let err = '';
      child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
      child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
      child.on('error', (error) => resolve({ code: null, out, err: error.message }));
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code, out, err });
      });
    });
  }

  /** Every process of `dir`, which names it in its words or was started with it in its environment. */
  processesOf(dir = this.folder) {
    const within = (text, start) =>
      text.split('\0').some((word) => word.startsWith(start) || word.includes(`=${dir}/`));
    return pids().filter((pid) => {
      if (pid === process.pid || pid === process.ppid) return false;
      if (this.#started.get(pid)?.startsWith(`${dir}/`)) return isAlive(pid);
      const words = commandLine(pid);
      if (words.includes(`${dir}/`) && within(words, `${dir}/`)) return isAlive(pid);
      return environment(pid).includes(`${TAG}=${dir}/`) && isAlive(pid);
    });
  }

  isAgent = (pid) => {
    const words = commandLine(pid);
    if (words.includes(WEB)) return true;
    return this.compiled
      ? executable(pid) === this.agent
      : words.includes(`${this.agent}\0`) && basename(executable(pid)).startsWith('python');
  };

  /** Ends what runs in `dir`; supervisors go first, so that nothing is started again. Waits without letting go. */
  end(dir = this.folder) {
    for (let round = 0; round < 100; round += 1) {
      const left = this.processesOf(dir);
      if (left.length === 0) return;
      for (const pid of left.sort((a, b) => Number(this.isAgent(a)) - Number(this.isAgent(b)))) kill(pid);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
    throw new Error(`Processes of ${dir} do not end: ${this.processesOf(dir).join(', ')}.`);
  }

  clear() {
    this.end();
    remove(this.folder);
  }

  /** What runs of the bench that were killed have left. */
  clearOthers() {
    for (const name of readdirSync(tmpdir()).filter((found) => found.startsWith(PREFIX))) {
      const folder = join(tmpdir(), name);
      if (folder === this.folder || isAlive(pidIn(folder))) continue;
      this.end(folder);
      remove(folder);
    }
  }

  /** Empty but for `kept`, which supervisors have prepared before. */
  fresh(name, kept) {
    const dir = join(this.folder, name);
    mkdirSync(dir, { recursive: true });
    for (const found of readdirSync(dir)) if (!kept.includes(found)) rmSync(join(dir, found), { recursive: true });
    return dir;
  }

  #env(dir, more) {
    const own = Object.entries(process.env).filter(([name]) => !NOT_THEIRS.test(name));
    return { ...Object.fromEntries(own), [TAG]: `${dir}/`, ...more };
  }
}

const memoryOf = (folder) => (existsSync(MEMORY) ? join(MEMORY, basename(folder)) : join(folder, 'run'));

function remove(folder) {
  for (const path of [memoryOf(folder), folder]) {
    rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** 0: it was cut short before it was written; whoever wrote it is gone. */
function pidIn(folder) {
  try {
    return Number(readFileSync(join(folder, 'pid'), 'utf8'));
  } catch {
    return 0;
  }
}

export function kill(pid, signal = 'SIGKILL') {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

/** Runs `work(place)` in a workplace of its own, and leaves nothing behind, however it ends. */
export async function inWorkplace(work) {
  const place = new Workplace();
  const leave = (code) => {
    place.clear();
    process.exit(code);
  };
  process.once('SIGINT', () => leave(130)).once('SIGTERM', () => leave(143));
  try {
    place.clearOthers();
    return await work(place);
  } finally {
    place.clear();
  }
}
