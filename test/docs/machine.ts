/**
 * A machine of a reader's own: every name, address, process and file that the docs speak of, and nothing of the machine
 * that runs the tests. It is a set of namespaces: a network with 127.0.0.0/8 and the addresses of the docs, processes of
 * its own, and file systems in memory over /etc, /opt, /run, /usr/local and /var. Ends with all that was started in it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  readonly code: number;
  /** Of both streams, as a terminal shows it. */
  readonly output: string;
}

/** No command of the docs takes longer; it says what it was doing then. */
const LONGEST_MS = 120_000;

/** Its file systems. $1: an empty folder; $2: the root of the repository. */
const BOOT = String.raw`
set -e
ip link set lo up
ip link add eth0 type veth peer name eth1 || ip link add eth0 type dummy
ip link set eth0 up
ip link set eth1 up 2> /dev/null || true
for address in 10.0.0.11 10.0.0.12; do ip address add $address/24 dev eth0; done
hostname main-pc
mount -t tmpfs -o mode=0700 tmpfs "$1"
over() { mkdir -p "$1/up$2" "$1/work$2"; mount -t overlay -o "lowerdir=$3,upperdir=$1/up$2,workdir=$1/work$2" overlay "$4"; }
over "$1" /root "$2" "$2"
for folder in /etc /opt /usr/local /var; do over "$1" $folder $folder $folder; done
mount -t tmpfs tmpfs /run
mkdir -p "$1/bin" "$1/tmp" "$1/said" "$1/home" /opt/outrider
mount --bind "$2" /opt/outrider
printf '127.0.0.1 localhost\n10.0.0.11 main-pc\n10.0.0.12 pc2\n' > /etc/hosts
cd "$1/home"
set +e
`;

/** Runs what it reads, one command a line (base64), in one shell, so that folders and variables stay. */
const SHELL = String.raw`
said="$1/said"
while read -r kind name text; do
  text=$(printf %s "$text" | base64 -d)
  if [ "$kind" = run ]; then
    eval "$text" < /dev/null > "$said/$name" 2>&1
    code=$?
  else
    set -m
    { eval "$text"; } < /dev/null > "$said/$name" 2>&1 &
    job=$!
    for _ in $(seq 60); do [ -s "$said/$name" ] || ! kill -0 $job 2> /dev/null || sleep 0.05; done
    kill -INT -- -$job 2> /dev/null
    wait $job 2> /dev/null
    code=$?
    set +m
  fi
  printf '%s %s %s\n' "$name" "$code" "$(base64 -w0 < "$said/$name")" >&3
done
`;

export class Machine {
  private count = 0;
  private readonly waiting = new Map<string, (ended: Ended) => void>();
  private trouble = '';

  private constructor(
    private readonly shell: ChildProcess,
    private readonly folder: string,
  ) {
    const answers = shell.stdio[3] as Readable;
    createInterface({ input: answers }).on('line', (line) => {
      const [name = '', code = '', output = ''] = line.split(' ');
      this.waiting.get(name)?.({ code: Number(code), output: Buffer.from(output, 'base64').toString() });
      this.waiting.delete(name);
    });
    shell.stderr?.setEncoding('utf8').on('data', (text: string) => (this.trouble += text));
    shell.once('exit', () => {
      for (const resolve of this.waiting.values())
        resolve({ code: -1, output: `The machine has ended. ${this.trouble}` });
      this.waiting.clear();
    });
  }

  /** Throws with the words of the kernel where namespaces can't be had. */
  static async start(): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), 'orm-'));
    const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const namespaces = [...asRoot, '--mount', '--net', '--pid', '--uts', '--ipc'];
    const shell = spawn(
      'unshare',
      [...namespaces, '--fork', '--kill-child', '--mount-proc', 'bash', '-c', BOOT + SHELL, 'bash', folder, ROOT],
      { env: environment(folder), stdio: ['pipe', 'ignore', 'pipe', 'pipe'] },
    );
    shell.stdin?.on('error', () => undefined);
    const machine = new Machine(shell, folder);
    const { code, output } = await machine.run('true');
    if (code === 0) return machine;
    await machine.stop();
    throw new Error(`No machine of its own can be had for the commands of the docs: ${output}`);
  }

  /** Why there can be none here, which is said too; undefined: there can be one. */
  static async trouble(): Promise<string | undefined> {
    try {
      await (await Machine.start()).stop();
      return undefined;
    } catch (error) {
      console.log(`The commands of the docs are only parsed, not run. ${String(error)}`);
      return String(error);
    }
  }

  /** To its end. */
  run = (text: string): Promise<Ended> => this.ask('run', text);

  /** What goes on for ever: until it has said something or has had its time, then Ctrl-C. */
  interrupt = (text: string): Promise<Ended> => this.ask('interrupt', text);

  /** Throws where it does not end with 0. */
  async must(text: string): Promise<string> {
    const { code, output } = await this.run(text);
    if (code !== 0) throw new Error(`${text}\nended with ${code}:\n${output}`);
    return output;
  }

  /** Kills all that runs in it; its files are gone with it. */
  async stop(): Promise<void> {
    if (this.shell.exitCode === null && this.shell.signalCode === null) {
      const gone = once(this.shell, 'exit');
      this.shell.kill('SIGKILL');
      await gone;
    }
    rmdirSync(this.folder);
  }

  private async ask(kind: 'run' | 'interrupt', text: string): Promise<Ended> {
    this.count += 1;
    const name = String(this.count);
    if (this.shell.exitCode !== null) return { code: -1, output: `The machine has ended. ${this.trouble}` };
    const ended = new Promise<Ended>((resolve) => this.waiting.set(name, resolve));
    this.shell.stdin?.write(`${kind} ${name} ${Buffer.from(text).toString('base64')}\n`);
    const timer = setTimeout(() => {
      this.waiting.get(name)?.({ code: -1, output: `It has not ended within ${LONGEST_MS / 1000} s.` });
    }, LONGEST_MS);
    return ended.finally(() => clearTimeout(timer));
  }
}

/** Of a login: none of the variables of whoever runs the tests. Debian's own programs come first. */
const environment = (folder: string): Record<string, string> => ({
  PATH: [
    join(folder, 'bin'),
    '/usr/local/bin',
    '/usr/bin',
    '/bin',
    '/usr/sbin',
    '/sbin',
    dirname(process.execPath),
  ].join(':'),
  HOME: join(folder, 'home'),
  TMPDIR: join(folder, 'tmp'),
  LANG: 'C.UTF-8',
  USER: 'operator',
  NO_COLOR: '1',
});
