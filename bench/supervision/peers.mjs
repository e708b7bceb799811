// Where the peers are found, and `--setup`, which installs them: PM2 from npm into a cache folder, the others by apt-get.
// None of them is a dependency of the project.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'outrider-bench');
const PM2_VERSION = '7.0.4';
const DEBIAN = ['supervisor', 's6', 'runit'];

export const PM2_FOLDER = join(CACHE, 'pm2');

/** Throws a sentence where something can't be installed. */
export function installPeers(say) {
  say(`Installing pm2 ${PM2_VERSION} from npm into ${PM2_FOLDER}.`);
  mkdirSync(PM2_FOLDER, { recursive: true });
  writeFileSync(join(PM2_FOLDER, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `pm2@${PM2_VERSION}`], { cwd: PM2_FOLDER });
  say(`Installing ${DEBIAN.join(', ')} with apt-get. Their services are not started.`);
  // RUNLEVEL=1: sysvinit starts no service of a package that is installed in single-user mode.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...DEBIAN], { env });
}

function run(program, words, options) {
  const { status, error } = spawnSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
  if (status !== 0) throw new Error(`"${[program, ...words].join(' ')}" failed${error ? `: ${error.message}` : ''}.`);
}
