/**
 * For tests: plays systemd for one service, with the means of Python, since Node has no unix datagram sockets. Passes
 * on listening sockets (LISTEN_FDS), keeps what it is given (FDSTORE) and hands it to the next start.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { eventually } from '@outrider/shared/testing/eventually.js';

const PROGRAM = `
import json, os, selectors, signal, socket, sys
notify, units = sys.argv[1], json.loads(sys.argv[2])
inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
inbox.bind(notify)
passed, stored = [], []
for name, address in units:
    host, port = address.rsplit(':', 1)
    listener = socket.create_server((host.strip('[]'), int(port)), family=socket.AF_INET6 if ':' in host else socket.AF_INET)
    passed.append((name, listener.detach()))

def tell(**what):
    print(json.dumps({**what, 'stored': [name for name, _ in stored]}), flush=True)

def start(command):
    given = passed + stored
    pid = os.fork()
    if pid == 0:
        high = [os.dup2(fd, 200 + index) for index, (_, fd) in enumerate(given)]
        os.closerange(3, 200)
        for index, fd in enumerate(high):
            os.dup2(fd, 3 + index, inheritable=True)
        os.environ.update(NOTIFY_SOCKET=notify, LISTEN_FDS=str(len(given)), LISTEN_PID=str(os.getpid()),
                          LISTEN_FDNAMES=':'.join(name for name, _ in given))
        os.closerange(200, 400)
        os.dup2(2, 1)
        os.execvp(command[0], command)
    tell(pid=pid)
    return pid

child = 0
def hear():
    data, fds, _, _ = socket.recv_fds(inbox, 4096, 4)
    lines = dict(line.split('=', 1) for line in data.decode().split('\\n'))
    if 'FDSTORE' in lines:
        stored.append((lines['FDNAME'], fds[0]))
    if 'FDSTOREREMOVE' in lines:
        for entry in [one for one in stored if one[0] == lines['FDNAME']]:
            stored.remove(entry)
            os.close(entry[1])
    tell(heard=data.decode())

def obey():
    global child
    line = sys.stdin.readline()
    if line == '':
        sys.exit()
    child = start(json.loads(line))

def bury(*_):
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        tell(ended=pid)

signal.signal(signal.SIGCHLD, bury)
events = selectors.DefaultSelector()
events.register(inbox, selectors.EVENT_READ, hear)
events.register(sys.stdin, selectors.EVENT_READ, obey)
tell()
while True:
    for key, _ in events.select():
        key.data()
`;

interface Told {
  readonly pid?: number;
  readonly ended?: number;
  readonly heard?: string;
  readonly stored: readonly string[];
}

export class Manager {
  readonly #python: ChildProcessByStdio<Writable, Readable, null>;
  readonly #told: Told[] = [];
  #pid = 0;

  /** `units`: name and address of each socket that it listens on itself. */
  constructor(
    notify: string,
    units: readonly (readonly [name: string, address: string])[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#python = spawn('/usr/bin/env', ['python3', '-c', PROGRAM, notify, JSON.stringify(units)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    createInterface({ input: this.#python.stdout }).on('line', (line) => this.#told.push(JSON.parse(line) as Told));
  }

  /** Names in its store. */
  get stored(): readonly string[] {
    return this.#told.at(-1)?.stored ?? [];
  }
  /** All that it was told, in order. */
  get heard(): readonly string[] {
    return this.#told.flatMap(({ heard }) => heard ?? []);
  }

  /** Starts the service, with what is stored; returns its pid. */
  async start(...command: readonly string[]): Promise<number> {
    const before = this.#told.filter(({ pid }) => pid !== undefined).length;
    this.#python.stdin.write(`${JSON.stringify(command)}\n`);
    await eventually(() => this.#told.filter(({ pid }) => pid !== undefined).length > before);
    this.#pid = this.#told.findLast(({ pid }) => pid !== undefined)?.pid ?? 0;
    return this.#pid;
  }

  /** kill -9 of the service. */
  async kill(): Promise<void> {
    process.kill(this.#pid, 'SIGKILL');
    await this.ended();
  }

  ended(): Promise<boolean> {
    return eventually(() => this.#told.some(({ ended }) => ended === this.#pid));
  }

  /** Ends the service, closes what is stored, and itself. */
  async end(): Promise<void> {
    if (this.#pid !== 0 && !this.#told.some(({ ended }) => ended === this.#pid)) await this.kill();
    const gone = once(this.#python, 'exit');
    this.#python.stdin.end();
    await gone;
  }
}
