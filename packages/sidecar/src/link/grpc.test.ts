import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import grpc from '@grpc/grpc-js';
import type { HostSamples } from '@outrider/shared/domain/gate.js';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { connectSidecar, type SidecarRemote } from '@outrider/shared/rpc/client.js';
import { readHostSamples, readHostStatus, readVerifyProgress } from '@outrider/shared/rpc/codec.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { service as healthService } from 'grpc-health-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogReader } from '../process/log-file.js';
import { LogLedger } from '../process/log-ledger.js';
import { appStatus, hostStatus, instanceStatus } from '../testing/status.js';
import { type SidecarGrpc, startSidecarGrpc } from './grpc.js';
import type { AgentControl, HostControl, ReleaseChecks, Trust } from './ports.js';
import { NOBODY_LOOKS, TRUSTS_ALL } from '../testing/no-trust.js';

const TOKEN = 'a-token-of-the-test-alone';
const FENCE = { epoch: 3, rollout: 2, step: 1 };
const COMMAND = { app: 'assistants', fence: FENCE, holder: 'leader', rollout: 'r2', by: 'ada' };
const RELEASE = { version: '1.0.0', digest: 'a'.repeat(64), specDigest: 'b'.repeat(64) };

const window = (...value: number[]) => ({
  value,
  ...{ ageMs: value.map(() => 10), spanMs: value.map(() => 5_000), incarnation: value.map(() => 1) },
});
const SAMPLES: HostSamples = {
  ...{ periodMs: 5_000, rollout: 'r2' },
  agents: [
    {
      ...{ agent: 'vision', instance: 0, version: '1.0.0' },
      metrics: [
        { name: 'errors', kind: 'counter', before: window(0, 2), since: window(1) },
        { name: 'restarts', kind: 'counter', before: window(), since: window(0) },
      ],
    },
  ],
};

let folder: string;
let status: HostStatus;
let asked: unknown[];
let server: SidecarGrpc;
let remote: SidecarRemote;
let stranger: SidecarRemote;
const listeners = new Set<() => void>();

function change(next: HostStatus): void {
  status = next;
  for (const listener of listeners) listener();
}

const note =
  (name: string) =>
  (...words: unknown[]) => {
    asked.push([name, ...words]);
    return appStatus({ fence: FENCE });
  };

const hostWide =
  (name: string) =>
  (...words: unknown[]) => {
    asked.push([name, ...words]);
    return status;
  };

const host: HostControl = {
  status: () => status,
  onChange: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  bindEpoch: (epoch, holder) => {
    if (epoch < 3) throw new OutriderError('refused', `This host obeys epoch 3 of leader; ${holder} has ${epoch}.`);
    return status;
  },
  stage: note('stage'),
  switchTo: note('switch'),
  renew: note('renew'),
  commit: note('commit'),
  revert: note('revert'),
  revertHere: note('revertHere'),
  emergency: hostWide('emergency'),
  resume: hostWide('resume'),
  scale: (order) => {
    asked.push(['scale', order]);
    return appStatus({});
  },
};

const agents: AgentControl = {
  instances: () => status.instances,
  control: async (app, names, action, by) => {
    asked.push(['control', app, names, action, by]);
    return status.instances;
  },
  logFile: (_app, agent, instance) => join(folder, `${agent}.${instance}.log`),
  heard: () => undefined,
  extend: () => undefined,
};

/** Says no to version 6.6.6. */
const no = ({ version }: { readonly version: string }): void => {
  if (version === '6.6.6') throw new OutriderError('refused', '6.6.6 is not signed.');
};
const trust: Trust = {
  ...TRUSTS_ALL,
  problemOf: ({ release: { version } }) => (version === '6.6.6' ? '6.6.6 is not signed.' : undefined),
  admit: ({ release }) => no(release),
  allow: (_app, release) => no(release),
  problemOfHook: ({ release: { version } }) => (version === '6.6.6' ? '6.6.6 is not signed.' : undefined),
};

const checks: ReleaseChecks = {
  checkAll: async (ask, progress) => {
    no(ask.release);
    asked.push(['checkAll', ask]);
    progress(1, 2);
    return { damaged: ['a.py'], mended: ['a.py'], problems: [], files: 1, bytes: 2 };
  },
};

const FACTS = {
  ...{ diskNeededBytes: 1, diskFreeBytes: 2, diskReserveBytes: 3, memoryBytes: 4, memoryReservedBytes: 5 },
  ...{ cpus: 6, cpusReserved: 0.5 },
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-grpc-'));
  asked = [];
  status = hostStatus({ instances: [instanceStatus('vision'), instanceStatus('memory', { ready: false })] });
  server = await startSidecarGrpc({
    ...{ host, agents, trust, checks },
    health: {
      trends: () => [],
      testHealth: async (ask) => {
        asked.push(['health', ask]);
        return [];
      },
    },
    contents: {
      send: async function* ({ sha256 }) {
        asked.push(['contents', ...sha256]);
        yield { sha256: sha256[0] ?? '', data: Buffer.from('bytes'), last: true };
      },
    },
    hooks: {
      ask: async (...given) => {
        asked.push(['hook', ...given]);
        return { state: 'failed', reason: 'it ended with 3', log: ['one', 'two'] };
      },
    },
    preflight: async (documents) => {
      asked.push(['preflight', documents]);
      return { problems: ['the disk is full'], notices: [], facts: FACTS };
    },
    specs: {
      knownSpec: (...of) => Buffer.from(of.join(' ')),
      knownManifest: (...of) => Buffer.from(`manifest of ${of.join(' ')}`),
    },
    logs: createLogReader(new LogLedger({ folder: join(folder, 'run'), now: () => Date.now() })),
    samples: {
      samples: (app, metrics) => ({
        ...SAMPLES,
        agents:
          app === 'assistants'
            ? SAMPLES.agents.map((one) => ({
                ...one,
                metrics: one.metrics.filter(({ name }) => metrics.includes(name)),
              }))
            : [],
      }),
    },
    self: NOBODY_LOOKS,
    listen: ['127.0.0.1:0'],
    tokens: () => [TOKEN],
    onBug: (error) => asked.push(['bug', error]),
  });
  const endpoint = server.addresses[0] ?? '';
  remote = connectSidecar({ endpoint, token: TOKEN });
  stranger = connectSidecar({ endpoint });
});

afterEach(async () => {
  remote.close();
  stranger.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('who may ask', () => {
  test('the status is open to all', async () => {
    expect(readHostStatus(await stranger.Status({}))).toEqual(status);
    for await (const first of stranger.WatchStatus({})) {
      expect(first.host).toBe('pc2');
      break;
    }
  });

  test.each<[string, (to: SidecarRemote) => Promise<unknown>]>([
    ['BindEpoch', (to) => to.BindEpoch({ epoch: 9, holder: 'me' })],
    ['Stage', (to) => to.Stage({ command: COMMAND, release: RELEASE })],
    ['Switch', (to) => to.Switch({ command: COMMAND, release: RELEASE })],
    ['Renew', (to) => to.Renew({ app: 'assistants' })],
    ['Commit', (to) => to.Commit({ command: COMMAND })],
    ['Revert', (to) => to.Revert({ command: COMMAND })],
    ['ControlAgent', (to) => to.ControlAgent({ action: 'stop' })],
    ['TestHealth', (to) => to.TestHealth({})],
    ['Logs', async (to) => to.Logs({ agent: 'vision' })[Symbol.asyncIterator]().next()],
  ])('%s needs the token, and says which', async (_, call) => {
    const mistaken = connectSidecar({ endpoint: stranger.endpoint, token: `${TOKEN}x` });
    for (const to of [stranger, mistaken]) {
      await expect(call(to)).rejects.toMatchObject({
        code: 'unauthenticated',
        message: expect.stringMatching(/token/) as string,
      });
    }
    mistaken.close();
    expect(asked).toEqual([]);
  });
});

describe('a release that is not trusted', () => {
  const release = { ...RELEASE, version: '6.6.6' };
  const sentence = '6.6.6 is not signed.';

  test.each<[string, () => Promise<unknown>]>([
    ['staged', () => remote.Stage({ command: COMMAND, release })],
    ['switched to', () => remote.Switch({ command: COMMAND, release, confirmWithinMs: 1 })],
  ])('is not %s: the host hears nothing of it', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'refused', message: sentence });
    expect(asked).toEqual([]);
  });

  test('is a problem of a plan, before all others', async () => {
    const { problems } = await remote.Preflight({ release });
    expect(problems).toEqual([sentence, 'the disk is full']);
  });

  test('has no hook run', async () => {
    const hook = { id: 'r2/before_switch/pc2', app: 'assistants', hook: 'before_switch', point: 'before_switch' };
    const who = { epoch: 3, holder: 'leader', command: ['x'], timeoutMs: 1_000 };
    expect(await remote.RunHook({ ...hook, ...who, release })).toMatchObject({ state: 'failed', reason: sentence });
    expect(asked).toEqual([]);
  });
});

describe('a release is read again', () => {
  const all = async (release: object): Promise<object[]> => {
    const told: object[] = [];
    for await (const one of remote.Verify({ app: 'assistants', release })) told.push(readVerifyProgress(one));
    return told;
  };

  test('with how far it is, and last what was found', async () => {
    const told = await all(RELEASE);
    expect(told.at(-1)).toEqual({
      ...{ done: 1, total: 2 },
      result: { damaged: ['a.py'], mended: ['a.py'], problems: [], files: 1, bytes: 2 },
    });
  });

  test('with what the host was given to run of it, and who has it', async () => {
    const peers = [{ host: 'pc3', endpoint: '10.0.0.3:7070', hasIt: true }];
    const ask = { app: 'assistants', release: RELEASE, manifest: Buffer.from('m'), sources: ['10.0.0.1:7077'], peers };
    const hostSpecs = [Buffer.from('one'), Buffer.from('two')];
    await remote
      .Verify({ ...ask, hostSpecs })
      [Symbol.asyncIterator]()
      .next();
    expect(asked).toEqual([['checkAll', { ...ask, hostSpecs }]]);
    const odd = remote.Verify({ ...ask, peers: [{ host: '../pc3', endpoint: '', hasIt: true }] });
    await expect(odd[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'invalid' });
  });

  test('where there is one, and where it has a name', async () => {
    await expect(all({ ...RELEASE, version: '6.6.6' })).rejects.toMatchObject({ code: 'refused' });
    await expect(all({ ...RELEASE, digest: '../../etc' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(stranger.Verify({ app: 'a' })[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });
});

describe('commands', () => {
  test('reach the host as they were given', async () => {
    const answer = await remote.Switch({
      command: COMMAND,
      release: RELEASE,
      confirmWithinMs: 5000,
      rolloutRecord: '{}',
      strategy: 'blue-green',
    });
    await remote.Commit({ command: COMMAND });
    await remote.Revert({ command: COMMAND, reason: 'worse' });
    await remote.Revert({ command: { app: 'assistants', by: 'ada' }, reason: 'by hand' });
    expect(asked).toEqual([
      ['switch', COMMAND, RELEASE, 5000, '{}', { strategy: 'blue-green', onLeaseEnd: 'revert', noGrace: false }],
      ['commit', COMMAND],
      ['revert', COMMAND, 'worse', false],
      ['revertHere', 'assistants', 'ada', 'by hand'],
    ]);
    expect(answer).toMatchObject({ app: 'assistants', fence: FENCE });
  });

  test('of a person about the whole host reach it, and no other', async () => {
    const { host: name, environment } = status;
    await remote.Switch({ command: COMMAND, release: RELEASE, confirmWithinMs: 1, onLeaseEnd: 'hold' });
    await remote.Emergency({ by: 'ada', reason: 'nonsense', host: name, environment });
    await remote.Resume({ by: 'ada' });
    expect(asked).toEqual([
      ['switch', COMMAND, RELEASE, 1, '', { strategy: '', onLeaseEnd: 'hold', noGrace: false }],
      ['emergency', 'ada', 'nonsense'],
      ['resume', 'ada'],
    ]);
    const elsewhere = { by: 'ada', host: 'pc9', environment };
    const sentence = `This is ${name} of ${environment}, not pc9 of ${environment}. Nothing was changed.`;
    await expect(remote.Emergency(elsewhere)).rejects.toMatchObject({ code: 'refused', message: sentence });
    await expect(remote.Resume({ ...elsewhere, host: '', environment: 'other' })).rejects.toMatchObject({
      code: 'refused',
    });
    const odd = { command: COMMAND, release: RELEASE, onLeaseEnd: 'wait' };
    await expect(remote.Switch(odd)).rejects.toMatchObject({ message: 'on_lease_end must be revert or hold.' });
    expect(asked).toHaveLength(3);
  });

  test('are refused in the words of the host', async () => {
    await expect(remote.BindEpoch({ epoch: 2, holder: 'old' })).rejects.toMatchObject({
      code: 'refused',
      message: 'This host obeys epoch 3 of leader; old has 2.',
    });
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['no command', () => remote.Commit({}), 'command is missing.'],
    ['no fence', () => remote.Commit({ command: { ...COMMAND, fence: null } }), 'command.fence is missing.'],
    ['nothing to revert', () => remote.Revert({}), 'command is missing.'],
    ['no release', () => remote.Switch({ command: COMMAND }), 'release is missing.'],
    ['no release to stage', () => remote.Stage({ command: COMMAND }), 'release is missing.'],
    ['a scale of nobody', () => remote.ControlAgent({ action: 'scale', replicas: 2 }), 'Name the one agent to scale.'],
    [
      'a scale to nothing',
      () => remote.ControlAgent({ action: 'scale', agents: ['vision'] }),
      'replicas is missing: how many instances there should be.',
    ],
    ['no action', () => remote.ControlAgent({}), 'action must be start, stop, restart or scale, not "".'],
    ['another action', () => remote.ControlAgent({ action: 'kill' }), 'not "kill".'],
    ['no agent', () => remote.ControlAgent({ action: 'stop' }), 'Name the agents, or say all.'],
    ['names and all', () => remote.ControlAgent({ action: 'stop', agents: ['vision'], all: true }), 'not both.'],
    ['a bad app', () => remote.ControlAgent({ action: 'stop', app: '../x' }), 'app must be lower-case letters'],
    ['a bad agent', () => remote.ControlAgent({ action: 'stop', agents: ['A'] }), 'agents: a name must be'],
    ['an unknown agent', () => remote.ControlAgent({ action: 'stop', agents: ['visoin'] }), 'Did you mean "vision"?'],
    ['another host', () => remote.ControlAgent({ action: 'stop', host: 'pc9' }), 'This is host pc2, not pc9.'],
    [
      'logs of nobody',
      async () => remote.Logs({ agent: 'memry' })[Symbol.asyncIterator]().next(),
      'Did you mean "memory"?',
    ],
    ['logs of another host', async () => remote.Logs({ host: 'pc9' })[Symbol.asyncIterator]().next(), 'not pc9'],
    ['fewer lines than none', async () => remote.Logs({ lines: -1 })[Symbol.asyncIterator]().next(), 'lines must be'],
  ])('with %s get a sentence', async (_, call, sentence) => {
    await expect(call()).rejects.toMatchObject({ message: expect.stringContaining(sentence) as string });
    expect(asked).toEqual([]);
  });

  test('for agents name who gave them', async () => {
    await remote.ControlAgent({ action: 'restart', agents: ['vision', 'vision'], by: 'ada' });
    await remote.ControlAgent({ all: true, action: 'stop' });
    expect(asked).toEqual([
      ['control', '', ['vision'], 'restart', 'ada'],
      ['control', '', [], 'stop', 'unknown'],
    ]);
  });
});

test('a watcher gets the whole status at once and after changes, the last one for sure', async () => {
  const seen: number[] = [];
  for await (const wire of remote.WatchStatus({})) {
    seen.push(wire.epoch);
    if (seen.length === 1) for (let epoch = 1; epoch <= 50; epoch += 1) change(hostStatus({ epoch }));
    if (wire.epoch === 50) break;
  }
  expect(seen[0]).toBe(0);
  expect(seen.length).toBeLessThan(10);
  await eventually(() => listeners.size === 1);
});

test('a hook is run for the leader that is obeyed, and needs the token', async () => {
  const request = {
    ...{
      app: 'assistants',
      epoch: 7,
      holder: 'boss',
      rollout: 'r4',
      id: 'r4/before_switch/pc2',
      hook: 'before_switch',
    },
    ...{
      point: 'before_switch',
      command: ['./migrate'],
      timeoutMs: 5_000,
      retries: 2,
      release: RELEASE,
      waitMs: 900_000,
    },
  };
  expect(await remote.RunHook(request)).toEqual({ state: 'failed', reason: 'it ended with 3', log: ['one', 'two'] });
  const { epoch: _epoch, holder: _holder, waitMs: _waitMs, ...own } = request;
  expect(asked).toEqual([['hook', { ...own, secrets: [], from: '', outcome: '', onlyIfBegun: false }, 60_000]]);
  for (const [wrong, expected] of [
    [{ id: '../x' }, /id is no id of a run/],
    [{ point: 'before_lunch' }, /point must be one of before_rollout/],
    [{ command: [''] }, /command has no program/],
    [{ secrets: ['../key'] }, /secrets has what is no name/],
    [{ timeoutMs: 0 }, /timeout_ms must be from 1/],
    [{ app: '' }, /app must be/],
  ] satisfies (readonly [object, RegExp])[]) {
    await expect(remote.RunHook({ ...request, ...wrong })).rejects.toThrow(expected);
  }
  expect(asked).toHaveLength(1);
});

test('the question whether this host could run a release comes with the documents, and needs the token', async () => {
  const request = { release: RELEASE, manifest: Buffer.from('m'), hostSpec: Buffer.from('s'), strategy: 'blue-green' };
  expect(await remote.Preflight(request)).toMatchObject({ problems: ['the disk is full'], notices: [], facts: FACTS });
  expect(asked).toEqual([['preflight', request]]);
  await expect(stranger.Preflight(request)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a spec and a manifest that were staged here are told, and only with the token: there are settings in it', async () => {
  const request = { app: 'assistants', specDigest: 'abc' };
  expect((await remote.KnownSpec(request)).hostSpec.toString()).toBe('assistants abc');
  const asked = { app: 'assistants', manifestDigest: 'def' };
  expect((await remote.KnownSpec(asked)).manifest.toString()).toBe('manifest of assistants def');
  await expect(stranger.KnownSpec(request)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('contents are given to other hosts, and only with the token', async () => {
  const pieces: string[] = [];
  for await (const { data } of remote.Blobs({ sha256: ['abc'] })) pieces.push(data.toString());
  expect(pieces).toEqual(['bytes']);
  const refused = async (): Promise<void> => {
    for await (const piece of stranger.Blobs({ sha256: ['abc'] })) pieces.push(piece.sha256);
  };
  await expect(refused()).rejects.toMatchObject({ code: 'unauthenticated' });
});

describe('logs', () => {
  test('are the last lines of each instance', async () => {
    writeFileSync(join(folder, 'vision.0.log'), 'one\ntwo\nthree\n');
    writeFileSync(join(folder, 'memory.0.log'), 'four\n');
    const lines: string[] = [];
    for await (const line of remote.Logs({ lines: 2 }))
      lines.push(`${line.host} ${line.agent}.${line.instance} ${line.line}`);
    expect(lines).toEqual(['pc2 vision.0 two', 'pc2 vision.0 three', 'pc2 memory.0 four']);
  });

  test('go on as they are written, where they are followed', async () => {
    const file = join(folder, 'vision.0.log');
    writeFileSync(file, 'one\n');
    const lines: string[] = [];
    for await (const { line } of remote.Logs({ agent: 'vision', lines: 1, follow: true })) {
      lines.push(line);
      if (line === 'one') appendFileSync(file, 'two\n');
      else break;
    }
    expect(lines).toEqual(['one', 'two']);
  });
});

test('grpc.health.v1 knows each agent by its name', async () => {
  const Client = grpc.makeClientConstructor(healthService, 'Health');
  const client = new Client(server.addresses[0] ?? '', grpc.credentials.createInsecure());
  const check = (service: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const call = client['check'] as (
        request: object,
        done: (error: Error | null, answer?: { status: string }) => void,
      ) => void;
      call.call(client, { service }, (error, answer) => {
        if (error === null) resolve(answer?.status ?? '');
        else reject(error);
      });
    });
  expect(await check('')).toBe('SERVING');
  expect(await check('outrider.v1.Sidecar')).toBe('SERVING');
  expect(await check('vision')).toBe('SERVING');
  expect(await check('memory')).toBe('NOT_SERVING');
  change(hostStatus({ instances: [instanceStatus('memory')] }));
  await eventually(async () => expect(await check('memory')).toBe('SERVING'));
  expect(await check('vision')).toBe('NOT_SERVING');
  const twins = [true, false].map((ready, index) => ({ ...instanceStatus('memory'), app: `app${index}`, ready }));
  change(hostStatus({ instances: twins }));
  await eventually(async () => expect(await check('memory')).toBe('NOT_SERVING'));
  expect([await check('app0/memory'), await check('app1/memory')]).toEqual(['SERVING', 'NOT_SERVING']);
  await expect(check('nobody')).rejects.toThrow(/NOT_FOUND/);
  client.close();
});

test('samples come as they were taken, to anybody, and only those that are asked for', async () => {
  const [agent] = SAMPLES.agents;
  const answer = readHostSamples(await stranger.Samples({ app: 'assistants', metrics: ['errors'] }));
  expect(answer).toEqual({ ...SAMPLES, agents: [{ ...agent!, metrics: [agent!.metrics[0]] }] });
  expect(readHostSamples(await remote.Samples({ app: 'other' })).agents).toEqual([]);
});
