// The least that two Node programs need to do what a stage does: one reads files and sends them over a plain socket, the
// other proves each by its sha256, writes it into a store and makes a tree of names of them, durably. No protocol, nobody
// who could break off or lie: what a stage takes beyond this is Outrider's own.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { connect, createServer, Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PIECE_BYTES = 1024 * 1024;
/** So much is on its way to the disk before the end. */
const EARLY_BYTES = 256 * 1024 * 1024;

/** Copies the files of `from` into a store and a tree below `to`. Milliseconds, once both programs are ready. */
export async function bareCopy(from, to, address) {
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, address);
  await once(server, 'listening');
  const client = connect(server.address().port, address);
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  const start = (role, socket) =>
    spawn(process.execPath, [fileURLToPath(import.meta.url), role], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', socket],
    });
  const [receiver, sender] = [start('receive', accepted), start('send', client)];
  client.destroy();
  accepted.destroy();
  server.close();
  const files = filesOf(from);
  receiver.send({ files, folder: to });
  sender.send({ files, folder: from });
  await Promise.all([once(receiver, 'message'), once(sender, 'message')]);
  const began = performance.now();
  for (const child of [receiver, sender]) child.send('go');
  const codes = await Promise.all([receiver, sender].map(async (child) => (await once(child, 'exit'))[0]));
  if (codes.some((code) => code !== 0)) throw new Error(`The bare copy ended with ${codes.join(' and ')}.`);
  return performance.now() - began;
}

/** As a manifest would have them. */
function filesOf(root) {
  return fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = fs.readFileSync(path);
      const sha256 = createHash('sha256').update(content).digest('hex');
      return { path: path.slice(root.length + 1), size: content.length, sha256 };
    });
}

async function send(socket, { files, folder }) {
  let [piece, end] = [Buffer.allocUnsafeSlow(PIECE_BYTES), 0];
  const flush = async () => {
    const [bytes, isLast] = [piece.subarray(0, end), end < PIECE_BYTES];
    [piece, end] = [Buffer.allocUnsafeSlow(PIECE_BYTES), 0];
    if (!socket.write(bytes) && !isLast) await once(socket, 'drain');
  };
  for (const { path, size } of files) {
    const fd = fs.openSync(join(folder, path));
    for (let done = 0; done < size;) {
      if (end === PIECE_BYTES) await flush();
      const read = fs.readSync(fd, piece, end, Math.min(size - done, PIECE_BYTES - end), done);
      [done, end] = [done + read, end + read];
    }
    fs.closeSync(fd);
  }
  await flush();
  socket.end();
}

/** One content after the other, in the order of `files`. */
class Store {
  #at = 0;
  #left = 0;
  #hash;
  #fd;
  #early = 0;

  constructor({ files, folder }) {
    Object.assign(this, { files, folder });
    for (let first = 0; first < 256; first += 1) {
      fs.mkdirSync(this.place(first.toString(16).padStart(2, '0')), { recursive: true });
    }
    fs.mkdirSync(join(folder, 'incoming'));
    this.#begin();
  }

  place = (sha256) => join(this.folder, 'store', sha256.slice(0, 2), sha256.slice(2));

  take(bytes) {
    for (let from = 0; from < bytes.length;) {
      const part = bytes.subarray(from, from + this.#left);
      this.#hash.update(part);
      fs.writeSync(this.#fd, part);
      this.#hurry(part.length);
      [from, this.#left] = [from + part.length, this.#left - part.length];
      while (this.#left === 0 && this.#at < this.files.length) this.#finish();
    }
  }

  #hurry(bytes) {
    this.#early += bytes;
    if (this.#early < EARLY_BYTES) return;
    this.#early = 0;
    spawn('sync', ['-f', this.folder]);
  }

  #begin() {
    this.#left = this.files[this.#at].size;
    this.#hash = createHash('sha256');
    this.#fd = fs.openSync(join(this.folder, 'incoming', `${this.#at}`), 'wx', 0o644);
  }

  #finish() {
    const { sha256 } = this.files[this.#at];
    if (this.#hash.digest('hex') !== sha256) throw new Error('another content came');
    fs.closeSync(this.#fd);
    fs.renameSync(join(this.folder, 'incoming', `${this.#at}`), this.place(sha256));
    this.#at += 1;
    if (this.#at < this.files.length) this.#begin();
  }

  makeTree() {
    for (const folder of new Set(this.files.map(({ path }) => dirname(path)))) {
      fs.mkdirSync(join(this.folder, 'tree', folder), { recursive: true });
    }
    for (const { path, sha256 } of this.files) fs.linkSync(this.place(sha256), join(this.folder, 'tree', path));
    spawnSync('sync', ['-f', this.folder]);
  }
}

function receive(fd, job) {
  const store = new Store(job);
  const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  const callback = (bytes) => {
    store.take(buffer.subarray(0, bytes));
    return true;
  };
  const socket = new Socket({ fd, onread: { buffer, callback } });
  socket.on('end', () => store.makeTree());
  return socket;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [job] = await once(process, 'message');
  const socket = process.argv[2] === 'send' ? new Socket({ fd: 4 }) : undefined;
  process.send('ready');
  await once(process, 'message');
  if (socket === undefined) receive(4, job);
  else await send(socket, job);
  process.disconnect();
}
