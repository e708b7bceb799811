// Two real hosts for a test, by the program that OUTRIDER_LAB names: own disks, own systemd, own network.
// Knows the program's verbs and nothing of Outrider.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Undefined: this machine has no lab. */
export const labCommand: string | undefined = process.env['OUTRIDER_LAB'];

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const MOST_BYTES = 32 * 1024 * 1024;

export class Lab {
  readonly #followers = new Set<ChildProcess>();

  private constructor(
    private readonly command: string,
    private readonly name: string,
  ) {}

  /** Boots main-pc (10.77.0.11) and pc2 (10.77.0.12) with blank disks. `binds`: folders of this machine, `SRC:DST`, read-only. */
  static async up(options: {
    readonly packages: readonly string[];
    readonly project: string;
    readonly binds: readonly string[];
  }): Promise<Lab> {
    if (labCommand === undefined) throw new Error('OUTRIDER_LAB is not set.');
    const lab = new Lab(labCommand, `outrider-${process.pid}`);
    const binds = options.binds.flatMap((bind) => ['--bind', bind]);
    try {
      await lab.verb('up', '--packages', options.packages.join(','), '--project', options.project, ...binds);
      return lab;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  crash = (host: string): Promise<Ran> => this.verb('crash', host);
  /** A clean shutdown. */
  halt = (host: string): Promise<Ran> => this.verb('halt', host);
  boot = (host: string): Promise<Ran> => this.verb('boot', host);
  partition = (host: string): Promise<Ran> => this.verb('partition', host);
  heal = (): Promise<Ran> => this.verb('heal');

  /** Ends everything this lab made, whatever state it is in. */
  async down(): Promise<void> {
    for (const follower of this.#followers) follower.kill('SIGKILL');
    await this.verb('down');
  }

  /** Runs a command in a host and gives back how it ended. */
  exec(host: string, ...words: readonly string[]): Promise<Ran> {
    return this.run('exec', host, '--timeout', '120', '--', ...words);
  }

  /** A shell script in a host; it must succeed. Returns its output. */
  async shell(host: string, script: string): Promise<string> {
    const ran = await this.exec(host, 'sh', '-euc', script);
    if (ran.code !== 0) throw new Error(`On ${host}, "${script}" ended with ${ran.code}: ${ran.stderr}${ran.stdout}`);
    return ran.stdout;
  }

  /** Runs a command in a host and tells of each line it prints. Resolves when it has ended. */
  follow(host: string, words: readonly string[], onLine: (line: string) => void): Promise<Ran> {
    const child = spawn(this.command, ['--name', this.name, 'exec', host, '--', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#followers.add(child);
    let stderr = '';
    const lines: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      onLine(line);
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        this.#followers.delete(child);
        resolve({ code: code ?? 1, stdout: lines.join('\n'), stderr });
      });
    });
  }

  private async verb(...words: readonly string[]): Promise<Ran> {
    const ran = await this.run(...words);
    if (ran.code !== 0) throw new Error(`lab ${words.join(' ')} ended with ${ran.code}: ${ran.stderr}${ran.stdout}`);
    return ran;
  }

  private run(...words: readonly string[]): Promise<Ran> {
    return new Promise((resolve) => {
      execFile(
        this.command,
        ['--name', this.name, ...words],
        { maxBuffer: MOST_BYTES, encoding: 'utf8' },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
          resolve({ code, stdout, stderr });
        },
      );
    });
  }
}
