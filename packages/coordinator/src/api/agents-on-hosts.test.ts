import { type AddressInfo, createServer, type Socket } from 'node:net';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { startSidecarGrpc } from '@outrider/sidecar/link/grpc.js';
import { afterEach, describe, expect, test } from 'vitest';
import type { FleetHost, HostLiveness } from '../engine/ports.js';
import { control, logs } from './agents-on-hosts.js';
import type { Inside } from './inside.js';
import { type LogLine, Sidecars } from './sidecars.js';
import { NO_HEALTH, NOBODY_LOOKS, NOTHING_TO_CHECK, TRUSTS_ALL } from '@outrider/sidecar/testing/no-trust.js';

const TOKEN = 'a-token-of-some-length';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Takes every connection and never answers, as a host does whose power is gone. */
async function silence(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const nobodyAsks = (): never => {
  throw new Error('Nobody asks for it here.');
};

/** A sidecar's gRPC face that prints one line, and obeys or throws. */
async function sidecar(name: string, act: () => readonly InstanceStatus[] = () => [instance(name)]): Promise<string> {
  const grpc = await startSidecarGrpc({
    host: { status: () => ({ host: name, instances: [] }), onChange: () => () => undefined } as never,
    agents: { instances: () => [instance(name)], logFile: () => 'log', control: async () => act() } as never,
    logs: { look: () => [`from ${name}`], follow: () => [] } as never,
    samples: undefined as never,
    preflight: nobodyAsks,
    specs: { knownSpec: nobodyAsks, knownManifest: nobodyAsks },
    hooks: { ask: nobodyAsks },
    ...{ trust: TRUSTS_ALL, checks: NOTHING_TO_CHECK, health: NO_HEALTH },
    contents: { send: nobodyAsks },
    self: NOBODY_LOOKS,
    listen: ['127.0.0.1:0'],
    tokens: () => [TOKEN],
    onBug: () => undefined,
  });
  closers.push(() => grpc.close());
  return grpc.addresses[0] ?? '';
}

const instance = (host: string): InstanceStatus => ({
  ...{ host, app: 'walk', agent: 'web', instance: 0, incarnation: `${host}-0`, version: '1.0.0', fingerprint: 'f' },
  ...{ state: 'ready', ready: true, pid: 100, restarts: 0, since: '2026-01-01T00:00:00.000Z', reason: '' },
  ...{ critical: true, overdue: false, healthScore: 1 },
});

const host = (name: string, endpoint: string, state: HostLiveness = 'up'): FleetHost => ({
  ...{ name, address: '127.0.0.1', endpoint, labels: {}, state },
  status: { instances: [instance(name)], apps: [] } as never,
});

const changes = new Set<(host: FleetHost) => void>();
const insideOf = (...hosts: FleetHost[]): Inside =>
  ({
    fleet: {
      hosts: () => hosts,
      host: (name: string) => hosts.find((one) => one.name === name),
      onChange: (listener: (host: FleetHost) => void) => {
        changes.add(listener);
        return () => changes.delete(listener);
      },
    },
    sidecars: new Sidecars(() => TOKEN),
    fleetTokenFile: '/nowhere',
  }) as unknown as Inside;

const ask = { app: '', agents: ['web'], follow: false, lines: 10, since: 0 };
const order = { app: '', agents: ['web'], action: 'restart' as const, by: 'ann' };
const never = new AbortController().signal;
async function all(stream: AsyncIterable<LogLine>): Promise<string[]> {
  const lines: string[] = [];
  for await (const { host: from, line } of stream) lines.push(`${from}: ${line}`);
  return lines;
}

describe('a host that is down and silent', () => {
  test('takes no lines of the others with it, and is named', async () => {
    const inside = insideOf(host('pc1', await sidecar('pc1')), host('pc2', await silence(), 'down'));
    expect(await all(logs(inside, ask, '', never))).toEqual([
      'pc2: [outrider] pc2 (127.0.0.1) is down. Its log is not shown.',
      'pc1: from pc1',
    ]);
    await expect(all(logs(inside, ask, 'pc2', never))).rejects.toMatchObject({ code: 'refused' });
  });

  test('is left out of an order, and named; asked for by name it is refused at once', async () => {
    const inside = insideOf(host('pc1', await sidecar('pc1')), host('pc2', await silence(), 'down'));
    expect(await control(inside, order, '', never)).toMatchObject({
      instances: [{ host: 'pc1' }],
      skipped: ['pc2 (127.0.0.1) is down. It was left out.'],
    });
    await expect(control(inside, order, 'pc2', never)).rejects.toMatchObject({ code: 'refused' });
  });

  test('ends an order when it goes down meanwhile', async () => {
    const silent = host('pc2', await silence());
    const asked = control(insideOf(silent), order, '', never);
    for (const tell of changes) tell({ ...silent, state: 'down' });
    await expect(asked).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/^restart failed: pc2: It went down/) as unknown,
    });
    expect(changes.size).toBe(0);
  });
});

test('a sidecar that is away though nobody knows yet takes no lines of the others with it', async () => {
  const inside = insideOf(host('pc1', await sidecar('pc1')), host('pc2', '127.0.0.1:1'));
  const lines = await all(logs(inside, ask, '', never));
  expect(lines).toContain('pc1: from pc1');
  expect(lines.filter((line) => /^pc2: \[outrider\] .*not shown/.test(line))).toHaveLength(1);
});

test("a sidecar's own reason stays; one that cannot be reached is not taken for the coordinator", async () => {
  const refuses = await sidecar('pc1', () => {
    throw new OutriderError('invalid', 'web cannot be started: it has no command.');
  });
  await expect(control(insideOf(host('pc1', refuses)), order, '', never)).rejects.toMatchObject({ code: 'invalid' });
  await expect(control(insideOf(host('pc2', '127.0.0.1:1')), order, '', never)).rejects.toMatchObject({
    code: 'refused',
  });
});
