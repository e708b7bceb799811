// PM2 from npm, in a cache folder of its own: fork mode for the agents, cluster mode for the swap.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PM2_FOLDER } from '../peers.mjs';
import { Adapter } from './adapter.mjs';

const HOME = join(PM2_FOLDER, 'node_modules', 'pm2');

export class Pm2 extends Adapter {
  static title = 'pm2';
  static note = 'fork mode, stock settings, output to files; swap: `pm2 reload` in cluster mode (Node programs only)';

  static missing = () => (existsSync(HOME) ? undefined : `no pm2 in ${PM2_FOLDER}`);
  static version = () => JSON.parse(readFileSync(join(HOME, 'package.json'), 'utf8')).version;

  #apps(apps) {
    this.file('apps.json', JSON.stringify({ apps }));
  }

  async prepare(agents) {
    this.#apps(
      agents.map(({ id, argv: [script, ...args] }) => ({
        name: id,
        script,
        args,
        interpreter: 'none',
        exec_mode: 'fork',
      })),
    );
  }

  async prepareSwap({ port, versionFile, stamps }) {
    const [interpreter, script, ...args] = this.webArgv({ PORT: port, VERSION_FILE: versionFile, STAMP: stamps });
    this.#apps([{ name: 'web', script, args, exec_mode: 'cluster', instances: 1, kill_timeout: 3_000, interpreter }]);
  }

  #env = { PM2_HOME: `${this.dir}/pm2`, PM2_DISABLE_VERSION_CHECK: 'true' };
  #words = (words) => [process.execPath, join(HOME, 'bin', 'pm2'), ...words];
  #pm2 = (...words) => this.run(this.#words(words), { env: this.#env, timeoutMs: 280_000 });

  async start() {
    this.spawn(this.#words(['start', `${this.dir}/apps.json`]), { env: this.#env });
  }

  isStarting = () => super.roots().length > 0;

  roots() {
    const file = `${this.dir}/pm2/pm2.pid`;
    return existsSync(file) ? [Number(readFileSync(file, 'utf8'))] : [];
  }

  status = async () => (await this.#pm2('jlist')).out.match(/"status":"online"/g)?.length ?? 0;
  persist = () => this.#pm2('save');
  revive = () => this.#pm2('resurrect');
  swap = () => this.#pm2('reload', 'web');
}
