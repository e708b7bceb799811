// Two real hosts with real systemd: the units, a rollout over the network, a sidecar that is restarted and killed,
// a power cut in the middle of a trial. Runs where OUTRIDER_LAB names the program that makes such hosts.
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { Lab, labCommand } from '../support/lab.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOSTS = { 'main-pc': '10.77.0.11', pc2: '10.77.0.12' } as const;
const SLOW = 300_000;

if (labCommand === undefined) {
  console.log('test/e2e/lab.test.ts was not run, because OUTRIDER_LAB is not set: it needs two real hosts.');
}

/** `brain` is new in every version; `ear` never changes, listens on a socket that the sidecar holds. */
const agentsYaml = (version: string): string => `
app: lab
agents:
  ear:
    command: [node, shared-socket.mjs, '200']
    files: [shared-socket.mjs]
    sockets: [{ name: http, listen: '\${OUTRIDER_HOST_ADDRESS}:8100' }]
    healthcheck: { http: { url: 'http://\${OUTRIDER_HOST_ADDRESS}:8100/' }, interval: 1s, start_period: 30s }
  brain:
    command: [node, healthy.mjs, '\${OUTRIDER_HOST_ADDRESS}:8200']
    files: [healthy.mjs]
    environment: { GENERATION: '${version}' }
    depends_on: [ear]
    healthcheck: { http: { url: 'http://\${OUTRIDER_HOST_ADDRESS}:8200/' }, interval: 1s, start_period: 30s }
`;

const sidecarYaml = (host: keyof typeof HOSTS): string => `
host: ${host}
address: ${HOSTS[host]}
environment: production
redis: { url: 'redis://10.77.0.11:6379' }
insecure: true
token_file: /etc/outrider/fleet-token
`;

const coordinatorYaml = `
environment: production
redis: { url: 'redis://10.77.0.11:6379' }
listen: { grpc: ['127.0.0.1:7077', '10.77.0.11:7077'] }
hosts: { main-pc: { address: 10.77.0.11 }, pc2: { address: 10.77.0.12 } }
insecure: true
token_file: /etc/outrider/fleet-token
`;

interface AgentRow {
  readonly host: string;
  readonly agent: string;
  readonly version: string;
  readonly ready: boolean;
  readonly pid: number;
  readonly incarnation: string;
}

interface HostRow {
  readonly name: string;
  readonly state: string;
  readonly sidecar: { readonly pid: number };
  readonly apps: readonly { readonly version?: string; readonly phase: string }[];
}

/** Why agents are stopped then. */
const GOING_DOWN = 'the host is going down';

interface EventRow {
  readonly type: string;
  readonly agent?: string;
  readonly reason?: string;
  readonly host?: string;
  readonly data?: { readonly hosts?: Readonly<Record<string, string>> };
}

describe.skipIf(labCommand === undefined)('two real hosts', () => {
  let lab!: Lab;
  let up: Lab | undefined;
  let releases = '';

  const coordinator = async (...words: readonly string[]): Promise<string> => {
    const ran = await lab.exec('main-pc', 'coordinator', ...words);
    if (ran.code !== 0) throw new Error(`coordinator ${words.join(' ')} ended with ${ran.code}: ${ran.stderr}`);
    return ran.stdout;
  };
  const agents = async (): Promise<AgentRow[]> => JSON.parse(await coordinator('agents', '--json')) as AgentRow[];
  const hosts = async (): Promise<HostRow[]> => JSON.parse(await coordinator('hosts', '--json')) as HostRow[];
  const onPc2 = async (): Promise<string> =>
    (await agents())
      .filter((agent) => agent.host === 'pc2')
      .map((agent) => `${agent.agent} ${agent.incarnation} ${agent.pid} ${agent.ready}`)
      .sort()
      .join('\n');
  const settled = (version: string): Promise<readonly AgentRow[]> =>
    eventually(async () => {
      const fleet = await hosts();
      expect(fleet.map((host) => `${host.name} ${host.state} ${host.apps[0]?.version}`).sort()).toEqual([
        `main-pc up ${version}`,
        `pc2 up ${version}`,
      ]);
      const all = await agents();
      expect(all.filter((agent) => agent.ready)).toHaveLength(4);
      return all;
    }, 90_000);
  const sidecarPid = async (): Promise<string> =>
    (await lab.shell('pc2', 'systemctl show --property MainPID --value outrider-sidecar')).trim();

  async function prepareReleases(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'outrider-lab-'));
    await chmod(folder, 0o755);
    for (const version of ['1.0.0', '1.1.0']) {
      await mkdir(join(folder, version));
      for (const file of ['shared-socket.mjs', 'healthy.mjs']) {
        await copyFile(join(ROOT, 'test/agents', file), join(folder, version, file));
      }
      await writeFile(join(folder, version, 'agents.yaml'), agentsYaml(version));
    }
    return folder;
  }

  /** What docs/operations.md tells an operator to do, done. */
  async function install(): Promise<void> {
    for (const host of Object.keys(HOSTS) as (keyof typeof HOSTS)[]) {
      await lab.shell(
        host,
        `ln -s /opt/project /opt/outrider
         mkdir -p /etc/outrider
         cp /opt/outrider/systemd/*.service /etc/systemd/system/
         ln -s /opt/outrider/packages/sidecar/bin/sidecar.js /usr/local/bin/sidecar
         (umask 077; echo one-token-for-the-whole-fleet > /etc/outrider/fleet-token)
         printf '%s' "${sidecarYaml(host)}" > /etc/outrider/sidecar.yaml
         systemctl daemon-reload`,
      );
    }
    await lab.shell(
      'main-pc',
      `printf 'bind 127.0.0.1 10.77.0.11\\nprotected-mode no\\n' >> /etc/redis/redis.conf
       printf '%s' "${coordinatorYaml}" > /etc/outrider/coordinator.yaml
       ln -s /opt/outrider/packages/coordinator/bin/coordinator.js /usr/local/bin/coordinator
       systemctl start redis-server
       systemctl enable --now outrider-coordinator outrider-sidecar`,
    );
    await lab.shell('pc2', 'systemctl enable --now outrider-sidecar');
  }

  /** What the daemons said, for a failure that would otherwise be silent. */
  async function journals(): Promise<string> {
    const ran = await Promise.all(
      Object.keys(HOSTS).map((host) => lab.exec(host, 'journalctl', '--no-pager', '-n', '40', '-u', 'outrider-*')),
    );
    return ran.map(({ stdout }) => stdout).join('\n');
  }

  beforeAll(async () => {
    releases = await prepareReleases();
    up = await Lab.up({ packages: ['redis-server'], project: ROOT, binds: [`${releases}:/srv/releases`] });
    lab = up;
    try {
      await install();
      await eventually(async () => {
        const fleet = await hosts();
        expect(fleet.filter((host) => host.state === 'up')).toHaveLength(2);
      }, 60_000);
    } catch (error) {
      throw new Error(`The hosts could not be set up.\n${await journals()}`, { cause: error });
    }
  }, SLOW);

  afterAll(async () => {
    await up?.down();
    await rm(releases, { recursive: true, force: true });
  }, SLOW);

  test(
    'a release moves over the network, and the units say that they are well',
    async () => {
      await coordinator('release', 'push', '/srv/releases/1.0.0', '--version', '1.0.0');
      await coordinator('rollout', '--version', '1.0.0', '--bake', '1s', '--yes');
      await settled('1.0.0');
      for (const [host, unit] of [
        ['main-pc', 'outrider-coordinator'],
        ['main-pc', 'outrider-sidecar'],
        ['pc2', 'outrider-sidecar'],
      ] as const) {
        expect((await lab.shell(host, `systemctl is-active ${unit}`)).trim()).toBe('active');
      }
      expect(await lab.shell('main-pc', 'curl -fsS http://10.77.0.12:8080/health')).toContain('pc2');
    },
    SLOW,
  );

  test.each([
    ['systemctl restart', 'systemctl restart outrider-sidecar'],
    ['kill -9', 'kill -9 $(systemctl show --property MainPID --value outrider-sidecar)'],
  ])(
    'a sidecar that goes by %s leaves its agents running and finds them again',
    async (_, command) => {
      const [before, sidecar] = [await onPc2(), await sidecarPid()];
      await lab.shell('pc2', command);
      await eventually(async () => {
        expect(['0', sidecar]).not.toContain(await sidecarPid());
        expect(await onPc2()).toBe(before);
        expect((await lab.shell('pc2', 'systemctl is-active outrider-sidecar')).trim()).toBe('active');
      }, 60_000);
      expect(await lab.shell('main-pc', 'curl -fsS http://10.77.0.12:8100/')).toContain('1.0.0');
      const running = await lab.shell('pc2', 'pgrep -f "[h]ealthy.mjs|[s]hared-socket.mjs"');
      expect(running.trim().split('\n').sort()).toEqual(
        before
          .split('\n')
          .map((line) => line.split(' ')[2] ?? '')
          .sort(),
      );
    },
    SLOW,
  );

  test(
    'a host that loses its power in trial comes back on the old release, and the others are taken back too',
    async () => {
      await coordinator('release', 'push', '/srv/releases/1.1.0', '--version', '1.1.0');
      const events: EventRow[] = [];
      const words = ['coordinator', 'rollout', '--version', '1.1.0', '--bake', '5s', '--yes', '--json'];
      let cut: Promise<unknown> | undefined;
      const rollout = await lab.follow('main-pc', [...words, '--confirm-within', '20s'], (line) => {
        const event = JSON.parse(line) as EventRow;
        events.push(event);
        if (event.type === 'rollout.host.trial' && event.host === 'pc2') {
          cut = lab.crash('pc2').then(() => lab.boot('pc2'));
        }
      });
      expect(cut, `pc2 was never on trial: ${rollout.stderr}`).toBeDefined();
      await cut;
      expect(rollout.code, rollout.stderr).toBe(20);
      expect(events.at(-1)).toMatchObject({ type: 'rollout.rolled_back' });
      await settled('1.0.0');
      for (const address of Object.values(HOSTS)) {
        expect(await lab.shell('main-pc', `curl -fsS http://${address}:8200/`)).toContain('"version":"1.0.0"');
      }
    },
    SLOW,
  );

  test(
    'a host that is shut down stops its agents in reverse dependency order, and runs them again after the boot',
    async () => {
      const before = await onPc2();
      await lab.halt('pc2');
      await lab.boot('pc2');
      await settled('1.0.0');
      expect(await onPc2()).not.toBe(before);
      const events = (await coordinator('events', '-n', '500', '--json')).trim().split('\n');
      const stopped = events
        .map((line) => JSON.parse(line) as EventRow)
        .filter(({ type, host, reason }) => type === 'agent.stopped' && host === 'pc2' && reason === GOING_DOWN)
        .map(({ agent }) => agent);
      expect(stopped).toEqual(['brain', 'ear']);
      expect(await lab.shell('pc2', 'sidecar status')).toMatch(/^pc2 .*: healthy\n/);
    },
    SLOW,
  );
});
