// Brings a fresh clone to where everything runs: npm packages, build, redis-server; for some tests, servers and a browser
// of Debian.
// Quick the second time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules', '.outrider-setup');

function fail(sentence) {
  console.error(`setup: ${sentence}`);
  process.exit(1);
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (result.status !== 0)
    fail(`"${[command, ...args].join(' ')}" failed${result.error ? `: ${result.error.message}` : ''}.`);
}

const onPath = (program) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

function packages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('setup: installing the npm packages of package-lock.json');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
}

const debian = existsSync('/etc/debian_version') && onPath('apt-get') && process.getuid?.() === 0;
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };

/** Waits for another apt-get. False: they are not to be had. */
function apt(...names) {
  const install = ['install', '-y', '-qq', '-o', 'DPkg::Lock::Timeout=120', '--no-install-recommends', ...names];
  const tried = () => spawnSync('apt-get', install, { env, stdio: 'ignore' }).status === 0;
  return withoutServices(() => {
    if (tried()) return true;
    spawnSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
    return tried();
  });
}

/** Debian starts what it installs, unless a policy says no (101). One that is there already is left alone. */
function withoutServices(act) {
  const policy = '/usr/sbin/policy-rc.d';
  try {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  } catch {
    return act();
  }
  try {
    return act();
  } finally {
    rmSync(policy, { force: true });
  }
}

function redis() {
  if (onPath('redis-server')) return;
  if (!debian) {
    fail(
      'redis-server is not installed. Install it (Debian and Ubuntu: sudo apt-get install redis-server) and run this again.',
    );
  }
  console.log('setup: redis-server is not installed; installing it with apt-get');
  if (!apt('redis-server')) fail('"apt-get install redis-server" failed. Run it to see why.');
}

/** Of examples/sockets. Nothing else needs them, and the test of it does without. */
function servers() {
  const missing = ['uvicorn', 'gunicorn'].filter((name) => !existsSync(`/usr/bin/${name}`));
  if (missing.length === 0) return;
  const names = missing.join(' and ');
  if (debian) console.log(`setup: ${names} of examples/sockets not installed; installing with apt-get`);
  if (!debian || !apt(...missing)) console.log(`setup: without ${names}, the test of examples/sockets leaves that out`);
}

/** Of test/browser. Nothing else needs it. */
function browser() {
  if (['chromium', 'chromium-browser', 'google-chrome'].some((name) => existsSync(`/usr/bin/${name}`))) return;
  if (debian) console.log('setup: chromium of test/browser is not installed; installing it with apt-get');
  if (!debian || !apt('chromium')) console.log('setup: without chromium, the tests of test/browser are left out');
}

/** Of the tests of deploy/prometheus. Only their programs are used; no service of theirs is started. */
function monitoring() {
  const wanted = { prometheus: 'promtool', 'prometheus-alertmanager': 'prometheus-alertmanager' };
  const missing = Object.keys(wanted).filter((name) => !onPath(wanted[name]));
  if (missing.length === 0) return;
  const names = missing.join(' and ');
  if (debian) console.log(`setup: ${names} of the tests of deploy/prometheus not installed; installing with apt-get`);
  if (!debian || !apt(...missing))
    console.log(`setup: without ${names}, the tests of deploy/ leave out what asks them`);
}

/** Of examples/python, examples/clients and the check of the operations guide: their tests do without. */
function clients() {
  const modules = {
    'python3-zmq': 'zmq',
    'python3-redis': 'redis',
    'python3-requests': 'requests',
    'python3-grpcio': 'grpc',
  };
  const missing = Object.keys(modules).filter((name) => !existsSync(`/usr/lib/python3/dist-packages/${modules[name]}`));
  if (missing.length === 0) return;
  const names = missing.join(', ');
  if (debian) console.log(`setup: ${names} of the tests of examples not installed; installing with apt-get`);
  if (!debian || !apt(...missing)) console.log(`setup: without ${names}, tests of examples leave out what needs them`);
}

/** Of the tests that run the commands of the docs, on a network of their own. */
function network() {
  if (onPath('ip') || existsSync('/usr/sbin/ip') || existsSync('/sbin/ip')) return;
  if (debian) console.log('setup: iproute2 of test/docs is not installed; installing it with apt-get');
  if (!debian || !apt('iproute2')) console.log('setup: without iproute2, the commands of the docs are parsed, not run');
}

/** By major version, the first that every package of the lock file takes; of later ones, all. */
const LEAST_MINOR = { 20: 19, 22: 13 };
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (minor < (LEAST_MINOR[major] ?? (major < 24 ? Infinity : 0)))
  fail(`This is Node ${process.versions.node}; Outrider needs 20.19, 22.13, 24 or later.`);
if (process.platform !== 'linux') fail(`Outrider's sidecar runs on Linux, not on ${process.platform}.`);
packages();
redis();
servers();
browser();
monitoring();
clients();
network();
run('npm', ['run', '--silent', 'build']);
