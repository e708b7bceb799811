/** A real Prometheus and a real Alertmanager of a test's own, on one address of its cluster's network. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { Daemon } from './daemon.js';

/** A path in `deploy/`. */
export const deployed = (path: string): string => fileURLToPath(new URL(`../../deploy/${path}`, import.meta.url));

const answers = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
/** Whether this machine has what `scripts/setup.mjs` installs where it may. */
export const hasPrometheus = ['prometheus', 'promtool', 'prometheus-alertmanager', 'amtool'].every(answers);

/** A program of theirs to its end; what it has said, and its exit code. */
export function tool(
  program: string,
  words: readonly string[],
  input = '',
): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(program, words, { input, encoding: 'utf8' });
  return { code: status, said: `${stdout}${stderr}` };
}

/** `deploy/prometheus/rules.mjs` with these overrides. */
export function rulesWith(
  folder: string,
  overrides: object,
): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const file = join(folder, 'overrides.yml');
  writeFileSync(file, JSON.stringify(overrides));
  const { status, stdout, stderr } = spawnSync(process.execPath, [deployed('prometheus/rules.mjs'), file], {
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeUrl: string;
  readonly health: string;
  readonly lastError: string;
}

interface EvaluatedRule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

export class TestPrometheus {
  private constructor(
    private readonly daemon: Daemon,
    readonly address: string,
  ) {}

  /**
   * `files`: its configuration `prometheus.yml`, and what that reads, by path. `names`: addresses that names stand for,
   * to this process alone (a mount namespace with an /etc/hosts of its own).
   */
  static async start(options: {
    readonly folder: string;
    readonly address: string;
    readonly files: Readonly<Record<string, string>>;
    readonly names?: Readonly<Record<string, string>>;
  }): Promise<TestPrometheus> {
    const { folder, address, files, names } = options;
    writeAll(folder, files);
    const command: [string, ...string[]] = [
      'prometheus',
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ];
    const daemon = daemonOf(folder, 'prometheus', names === undefined ? command : withNames(folder, names, command));
    await startReady(daemon, `http://${address}/-/ready`);
    return new TestPrometheus(daemon, address);
  }

  stop(): Promise<void> {
    return this.daemon.stop();
  }

  /** An instant query; rejects with the words of Prometheus where it refuses it. */
  async query(query: string): Promise<readonly Sample[]> {
    const { resultType, result } = await this.get<{ resultType: string; result: readonly Sample[] }>(
      `query?${new URLSearchParams({ query }).toString()}`,
    );
    if (resultType !== 'vector') throw new Error(`${query} gave a ${resultType}.`);
    return result;
  }

  async targets(): Promise<readonly Target[]> {
    return (await this.get<{ activeTargets: readonly Target[] }>('targets?state=active')).activeTargets;
  }

  /** Firing. */
  async alerts(): Promise<readonly Alert[]> {
    return (await this.get<{ alerts: readonly Alert[] }>('alerts')).alerts.filter(({ state }) => state === 'firing');
  }

  /** Rules that could not be evaluated, with the reason. */
  async brokenRules(): Promise<readonly string[]> {
    const { groups } = await this.get<{ groups: readonly { readonly rules: readonly EvaluatedRule[] }[] }>('rules');
    const rules = groups.flatMap((group) => group.rules);
    if (rules.length === 0) throw new Error('There are no rules.');
    return rules.filter(({ health }) => health === 'err').map(({ name, lastError }) => `${name}: ${lastError ?? ''}`);
  }

  private async get<T>(path: string): Promise<T> {
    const response = await fetch(`http://${this.address}/api/v1/${path}`);
    const body = (await response.json()) as { status: string; error?: string; data: T };
    if (body.status !== 'success') throw new Error(`${decodeURIComponent(path)}: ${body.error ?? ''}`);
    return body.data;
  }
}

/** As Alertmanager has it; `suppressed`: it tells nobody, since another one explains it. */
export interface HeldAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: 'active' | 'suppressed' | 'unprocessed' };
}

export class TestAlertmanager {
  private constructor(
    private readonly daemon: Daemon,
    private readonly address: string,
  ) {}

  static async start(folder: string, address: string, config: string): Promise<TestAlertmanager> {
    writeAll(folder, { 'alertmanager.yml': config });
    const daemon = daemonOf(folder, 'alertmanager', [
      'prometheus-alertmanager',
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
      '--log.level=warn',
    ]);
    await startReady(daemon, `http://${address}/-/ready`);
    return new TestAlertmanager(daemon, address);
  }

  async alerts(): Promise<readonly HeldAlert[]> {
    return (await (await fetch(`http://${this.address}/api/v2/alerts`)).json()) as readonly HeldAlert[];
  }

  stop(): Promise<void> {
    return this.daemon.stop();
  }
}

function daemonOf(folder: string, name: string, command: readonly [string, ...string[]]): Daemon {
  const { PATH = '/usr/bin:/bin' } = process.env;
  return new Daemon({ name, command, cwd: folder, env: { PATH }, logFile: join(folder, `${name}.log`) });
}

function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function withNames(
  folder: string,
  names: Readonly<Record<string, string>>,
  command: readonly string[],
): [string, ...string[]] {
  const file = join(folder, 'hosts');
  const lines = Object.entries(names).map(([name, address]) => `${address} ${name}\n`);
  writeFileSync(file, lines.join(''));
  const own = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  return ['unshare', ...own, 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', file, ...command];
}

/** Leaves nothing running where it does not come to be ready. */
async function startReady(daemon: Daemon, url: string): Promise<void> {
  daemon.start();
  try {
    await eventually(async () => (await fetch(url)).ok, {
      timeoutMs: 60_000,
      everyMs: 50,
      describe: () => `${daemon.name} to be ready\n${daemon.lastWords()}`,
    });
  } catch (error) {
    await daemon.kill();
    throw error;
  }
}
