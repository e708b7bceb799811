// What the bench asks of a supervisor. Each has a file of its own beside this one.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive } from '../proc.mjs';

export class Adapter {
  static title = '?';
  /** How it is set up, in one line. */
  static note = '';
  /** What `prepare` has made in the folder, and finds again at the next repetition. */
  static kept = [];
  /** Kills of single agents are spaced by up to so many seconds more, so that they fall on any phase of its polling. */
  static periodS = 1;
  /** After so many seconds it has forgotten that an agent has ended. */
  static forgetsAfterS = 0;

  /** Undefined: it can be measured here; else why not. */
  static missing() {
    return 'not written';
  }

  static version() {
    return '';
  }

  constructor({ place, dir }) {
    this.place = place;
    this.dir = dir;
    this.children = [];
  }

  get title() {
    return this.constructor.title;
  }

  /** Writes its settings for these agents: `{ id, argv }` each. Not measured. */
  async prepare() {
    throw new Error('not written');
  }

  /** Starts it; agents need not run when this returns. */
  async start() {
    throw new Error('not written');
  }

  /** Whether the command that starts it goes on. */
  isStarting() {
    return false;
  }

  /** Starts what belongs to a long run of it besides itself, and is not measured. */
  async accompany() {}

  /** Pids of its own first process, or processes. */
  roots() {
    return this.children.map(({ pid }) => pid).filter((pid) => pid !== undefined && isAlive(pid));
  }

  /** Asks for the state of all agents as a person does; returns how many it says run. */
  async status() {
    throw new Error('not written');
  }

  /** Called before it is killed. */
  async persist() {}

  /** What a machine's init, or a person, does after it was killed. */
  async revive() {
    await this.start();
  }

  /** Makes ready one HTTP agent `web` on `port` that says the version in `versionFile`, by its best way to swap it. */
  async prepareSwap({ port, versionFile, stamps }) {
    await this.prepare([{ id: 'web', argv: this.webArgv({ PORT: port, VERSION_FILE: versionFile, STAMP: stamps }) }]);
  }

  async swap() {
    throw new Error('not written');
  }

  webArgv(words) {
    const given = Object.entries({ ID: 'web', ...words }).map(([key, value]) => `${key}=${value}`);
    return [process.execPath, this.place.web, ...given];
  }

  spawn(argv, options) {
    const child = this.place.start(this.dir, argv, options);
    this.children.push(child);
    return child;
  }

  run = (argv, options) => this.place.run(this.dir, argv, options);

  file(path, text, mode = 0o644) {
    const whole = join(this.dir, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text, { mode });
    return whole;
  }
}

export const onPath = (program) =>
  spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' }).status === 0;

export const firstLineOf = (argv) => {
  const { stdout } = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8' });
  return (stdout ?? '').trim().split('\n')[0];
};

export const debianVersion = (name) => firstLineOf(['dpkg-query', '-W', '-f', '${Version}', name]);

export const quoted = (argv) => argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
