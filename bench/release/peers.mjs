// The peers: tar to tar over a loopback socket, and rsync with its own daemon. Neither encrypts, as we do not here.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 20_000;

export const hasRsync = () => spawnSync('rsync', ['--version']).status === 0;

export function installRsync(say) {
  say('Installing rsync with apt-get.');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const { status } = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'rsync'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('rsync could not be installed.');
}

/** Each of both programs has its end of the socket itself: nothing is between them. Milliseconds. */
export async function tarCopy(from, to, address) {
  mkdirSync(to, { recursive: true });
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, address);
  await once(server, 'listening');
  const began = performance.now();
  const client = connect(server.address().port, address);
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  const writer = spawn('tar', ['-C', from, '-cf', '-', '.'], { stdio: ['ignore', client, 'inherit'] });
  const reader = spawn('tar', ['-C', to, '-xf', '-'], { stdio: [accepted, 'ignore', 'inherit'] });
  // Their ends are theirs alone: else no end of file is seen.
  client.destroy();
  accepted.destroy();
  const codes = await Promise.all([writer, reader].map(async (child) => (await once(child, 'exit'))[0]));
  server.close();
  if (codes.some((code) => code !== 0)) throw new Error(`tar ended with ${codes.join(' and ')}.`);
  return performance.now() - began;
}

/** A daemon that takes what is sent into `folder`. */
export class Rsync {
  #address;

  constructor({ place, dir, address, folder }) {
    this.#address = address;
    mkdirSync(folder, { recursive: true });
    const config = join(dir, 'rsyncd.conf');
    const own = ['use chroot = no', 'uid = 0', 'gid = 0', '[to]', `path = ${folder}`, 'read only = no'];
    writeFileSync(config, `${own.join('\n')}\n`);
    this.child = place.start(dir, [
      'rsync',
      '--daemon',
      '--no-detach',
      `--config=${config}`,
      `--address=${address}`,
      '--port=8730',
    ]);
  }

  async ready() {
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await pause(20)) {
      const socket = createConnection({ host: this.#address, port: 8730 });
      const there = await new Promise((resolve) => {
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      });
      socket.destroy();
      if (there) return;
    }
    throw new Error('The daemon of rsync does not answer.');
  }

  /** As rsync counts them itself: `{ ms, bytes }`, bytes in both directions. */
  async copy(from) {
    const began = performance.now();
    const child = spawn('rsync', ['-a', '--delete', '--stats', `${from}/`, `rsync://${this.#address}:8730/to/`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`rsync ended with ${code}.`);
    const count = (what) => Number(new RegExp(`Total bytes ${what}: ([\\d,]+)`).exec(out)[1].replaceAll(',', ''));
    return { ms: performance.now() - began, bytes: count('sent') + count('received') };
  }
}
