// Sockets under a real systemd: passed on by a .socket unit, and kept by the fd store while neither the sidecar nor an
// agent runs. Runs where OUTRIDER_LAB names the program that makes such hosts.
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { Lab, labCommand } from '../support/lab.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOST = 'main-pc';
const ADDRESS = '10.77.0.11';
const UNIT = `outrider-agents@${ADDRESS}:80.socket`;
const UNWANTED = `outrider-agents@${ADDRESS}:81.socket`;
const SLOW = 300_000;

if (labCommand === undefined) {
  console.log('test/e2e/lab-sockets.test.ts was not run, because OUTRIDER_LAB is not set: it needs a real systemd.');
}

/** `front` has what systemd listens on, `back` and `inner` what the sidecar opens. */
const agentsYaml = `
app: lab
agents:
  front:
    command: [node, shared-socket.mjs, '200']
    sockets: [{ name: http, listen: '\${OUTRIDER_HOST_ADDRESS}:80' }]
    healthcheck: { http: { url: 'http://\${OUTRIDER_HOST_ADDRESS}:80/' }, interval: 1s }
  back:
    command: [node, shared-socket.mjs, '200']
    sockets: [{ name: http, listen: '\${OUTRIDER_HOST_ADDRESS}:8100' }]
    healthcheck: { http: { url: 'http://\${OUTRIDER_HOST_ADDRESS}:8100/' }, interval: 1s }
  inner:
    command: [node, shared-socket.mjs, '200']
    sockets: [{ name: http, listen: /run/inner.sock, mode: '0600' }]
    healthcheck: { exec: [curl, -fsS, --unix-socket, /run/inner.sock, 'http://inner/'], interval: 1s }
`;

const sidecarYaml = `
host: ${HOST}
address: ${ADDRESS}
environment: production
insecure: true
token_file: /etc/outrider/fleet-token
`;

const coordinatorYaml = `
environment: production
hosts: { ${HOST}: { address: ${ADDRESS} } }
insecure: true
token_file: /etc/outrider/fleet-token
`;

interface Instance {
  readonly agent: string;
  readonly ready: boolean;
  readonly pid: number;
  readonly incarnation: string;
  readonly reason: string;
}

describe.skipIf(labCommand === undefined)('sockets under systemd', { timeout: SLOW }, () => {
  let lab!: Lab;
  let up: Lab | undefined;
  let release = '';

  const shell = (script: string): Promise<string> => lab.shell(HOST, script);
  const instances = async (): Promise<readonly Instance[]> =>
    (JSON.parse(await shell('sidecar status --json')) as { instances: Instance[] }).instances;
  const settled = (): Promise<readonly Instance[]> =>
    eventually(async () => {
      const all = await instances();
      expect(all.filter(({ ready }) => ready)).toHaveLength(3);
      return all;
    }, 60_000);
  const property = async (unit: string, name: string): Promise<string> =>
    (await shell(`systemctl show --property ${name} --value '${unit}'`)).trim();

  beforeAll(async () => {
    release = await mkdtemp(join(tmpdir(), 'outrider-lab-'));
    await chmod(release, 0o755);
    await copyFile(join(ROOT, 'test/agents/shared-socket.mjs'), join(release, 'shared-socket.mjs'));
    await writeFile(join(release, 'agents.yaml'), agentsYaml);
    up = await Lab.up({ packages: ['redis-server'], project: ROOT, binds: [`${release}:/srv/release`] });
    lab = up;
    await shell(
      `ln -s /opt/project /opt/outrider
       mkdir -p /etc/outrider
       cp /opt/outrider/systemd/*.service /opt/outrider/systemd/*.socket /etc/systemd/system/
       (umask 077; echo one-token-for-the-whole-fleet > /etc/outrider/fleet-token)
       printf '%s' "${sidecarYaml}" > /etc/outrider/sidecar.yaml
       printf '%s' "${coordinatorYaml}" > /etc/outrider/coordinator.yaml
       for name in coordinator sidecar; do
         ln -s /opt/outrider/packages/$name/bin/$name.js /usr/local/bin/$name
       done
       systemctl daemon-reload
       systemctl enable --now '${UNIT}' '${UNWANTED}'
       systemctl start redis-server
       systemctl enable --now outrider-sidecar outrider-coordinator`,
    );
    await eventually(async () => expect(await shell('coordinator hosts --json')).toContain('"state":"up"'), 60_000);
    await shell(
      `coordinator release push /srv/release --version 1.0.0
       coordinator rollout --version 1.0.0 --bake 1s --yes`,
    );
    await settled();
  }, SLOW);

  afterAll(async () => {
    await up?.down();
    await rm(release, { recursive: true, force: true });
  }, SLOW);

  test('an agent listens on the very socket that systemd opened, on a port of the system', async () => {
    const { pid = 0, incarnation } = (await instances()).find(({ agent }) => agent === 'front') ?? {};
    expect(await shell(`curl -fsS http://${ADDRESS}/`)).toBe(`1.0.0 ${incarnation}\n`);
    const socket = (await shell(`readlink /proc/${pid}/fd/3`)).trim();
    expect(socket).toMatch(/^socket:/);
    expect(await shell('ls -l /proc/1/fd')).toContain(socket);
    // That one is systemd's own; the two others were given to it, and so were the processes of the three agents.
    expect(await property('outrider-sidecar', 'NFileDescriptorStore')).toBe('5');
    const said = await shell('journalctl --no-pager -u outrider-sidecar');
    expect(said).toContain(`No agent declares ${ADDRESS}:81 (outrider-agents), which systemd passed on`);
    expect((await shell('stat --format %a /run/inner.sock')).trim()).toBe('600');
  });

  test('when the sidecar and all agents are killed at once, callers wait until both are back', async () => {
    const before = await settled();
    // Long enough to be down when somebody calls.
    await shell(
      `mkdir -p /run/systemd/system/outrider-sidecar.service.d
       printf '[Service]\\nRestartSec=4\\n' > /run/systemd/system/outrider-sidecar.service.d/slow.conf
       systemctl daemon-reload`,
    );
    const answers = await shell(
      `kill -9 $(systemctl show --property MainPID --value outrider-sidecar) ${before.map(({ pid }) => pid).join(' ')}
       while pgrep -f '[s]hared-socket.mjs|[s]idecar.js run' > /dev/null; do :; done
       for url in http://${ADDRESS}/ http://${ADDRESS}:8100/ '--unix-socket /run/inner.sock http://inner/'; do
         curl -fsS --max-time 60 $url > $(mktemp /tmp/answer.XXXXXX) & pids="\${pids:-} $!"
       done
       ! pgrep -f '[s]hared-socket.mjs|[s]idecar.js run' > /dev/null || echo too late
       for pid in $pids; do wait $pid; done
       cat /tmp/answer.*`,
    );
    const after = await settled();
    expect(answers.trim().split('\n').sort()).toEqual(after.map(({ incarnation }) => `1.0.0 ${incarnation}`).sort());
    const known = before.map(({ incarnation }) => incarnation);
    expect(after.filter(({ incarnation }) => known.includes(incarnation))).toEqual([]);
    // Nothing was lost, so nothing is said.
    expect(after.map(({ reason }) => reason).join('')).not.toContain('was not kept');
    expect(await property('outrider-sidecar', 'NFileDescriptorStore')).toBe('5');
    expect(await property(UNIT, 'ActiveState')).toBe('active');
  });

  test('each agent has a control group of its own, beside the unit of the sidecar, which can be restarted', async () => {
    const before = await settled();
    for (const { pid, incarnation } of before) {
      const group = `0::/system.slice/outrider-agents.service/${incarnation}`;
      expect(await shell(`cat /proc/${pid}/cgroup`)).toContain(`${group}\n`);
    }
    await shell('systemctl restart outrider-sidecar');
    const ids = (all: readonly Instance[]) => all.map(({ pid, incarnation }) => [pid, incarnation]).sort();
    await eventually(async () => expect(ids(await settled())).toEqual(ids(before)), 60_000);
    expect(await property('outrider-agents', 'ActiveState')).toBe('active');
  });

  test('how an agent ended while there was no sidecar is known to the next one, or said to be unknown', async () => {
    const [victim] = (await settled()).filter(({ agent }) => agent === 'back');
    const restarts = Number(await property('outrider-sidecar', 'NRestarts'));
    await shell(
      `kill -9 $(systemctl show --property MainPID --value outrider-sidecar)
       kill -ALRM ${victim?.pid}`,
    );
    await eventually(async () => {
      const again = (await instances()).find(({ agent }) => agent === 'back');
      expect(again?.ready).toBe(true);
      expect(again?.incarnation).not.toBe(victim?.incarnation);
    }, 60_000);
    const [major = 0, minor = 0] = (await shell('uname -r')).split('.').map(Number);
    const tells = major > 6 || (major === 6 && minor >= 15);
    const told = tells ? 'was ended by SIGALRM' : 'ended in a way that nobody could see';
    await eventually(async () => expect(await shell('coordinator events -n 200 --json')).toContain(told), 60_000);
    expect(await property('outrider-sidecar', 'NRestarts')).toBe(String(restarts + 1));
  });

  test('without the store it is said what was lost', async () => {
    await shell(
      `printf '[Service]\\nFileDescriptorStoreMax=0\\n' > /run/systemd/system/outrider-sidecar.service.d/slow.conf
       systemctl daemon-reload
       systemctl stop outrider-sidecar
       systemctl start outrider-sidecar`,
    );
    const before = await settled();
    await shell(
      `kill -9 $(systemctl show --property MainPID --value outrider-sidecar) ${before.map(({ pid }) => pid).join(' ')}`,
    );
    await eventually(async () => {
      const after = await instances();
      expect(after.map(({ incarnation }) => incarnation)).not.toEqual(before.map(({ incarnation }) => incarnation));
      expect(after.every(({ ready }) => ready)).toBe(true);
      const said = Object.fromEntries(after.map(({ agent, reason }) => [agent, reason]));
      expect(said['back']).toContain(`socket http (${ADDRESS}:8100) was not kept when the sidecar ended`);
      expect(said['inner']).toContain('socket http (/run/inner.sock) was not kept when the sidecar ended');
      expect(said['front']).toBe('');
    }, 60_000);
    expect(await shell(`curl -fsS http://${ADDRESS}:8100/`)).toContain('1.0.0');
    expect(await shell('journalctl --no-pager -u outrider-sidecar')).toContain('lab/back: socket http');
  });
});
