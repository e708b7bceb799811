import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askUnix, followUnix } from '@outrider/shared/http/unix-call.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appStatus, hostStatus, instanceStatus } from '../testing/status.js';
import { createLogReader } from '../process/log-file.js';
import { LogLedger } from '../process/log-ledger.js';
import { type ControlSocket, openControlSocket } from './control-socket.js';

let folder: string;
let path: string;
let socket: ControlSocket | undefined;
let bugs: string[];
const asked: unknown[] = [];

const open = async (more: object = {}): Promise<ControlSocket> => {
  const status = hostStatus({ instances: [instanceStatus('vision', { app: 'crew' })] });
  socket = await openControlSocket({
    path,
    host: {
      status: () => status,
      onChange: () => () => undefined,
      revertHere: () => {
        throw new Error('this is a bug');
      },
      emergency: (...given) => {
        asked.push(['emergency', ...given]);
        return status;
      },
      scale: (order) => {
        asked.push(['scale', order]);
        return appStatus({});
      },
      resume: (...given) => {
        asked.push(['resume', ...given]);
        return status;
      },
    },
    agents: {
      control: async (...order) => {
        asked.push(order);
        return status.instances;
      },
      instances: () => status.instances,
      logFile: () => join(folder, 'vision.log'),
    },
    logs: createLogReader(new LogLedger({ folder: join(folder, 'ledger'), now: () => Date.now() })),
    statusText: ({ host }, coloured) => `${host} ${coloured}`,
    onBug: (_error, where) => bugs.push(where),
    ...more,
  });
  return socket;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-cs-'));
  path = join(folder, 'sidecar.sock');
  bugs = [];
  asked.length = 0;
});
afterEach(async () => {
  await socket?.close();
  socket = undefined;
  rmSync(folder, { recursive: true });
});

describe('the file', () => {
  test('is its user’s alone, whatever the umask, and gone at the end', async () => {
    const umask = process.umask(0);
    await open();
    expect(process.umask(umask)).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await socket?.close();
    expect(existsSync(path)).toBe(false);
  });

  test('of a sidecar that was killed is made anew', async () => {
    const left = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', left]);
    expect(statSync(path).isSocket()).toBe(true);
    await open();
    expect(await askUnix(path, { method: 'GET', url: '/status' })).toMatchObject({ host: 'pc2' });
  });

  test('that a person has put there stays', async () => {
    writeFileSync(path, 'mine');
    await expect(open()).rejects.toThrow(`${path} is no socket, but something else. Move it away.`);
    expect(statSync(path).size).toBe(4);
  });
});

describe('what is asked', () => {
  const post = (url: string, body: object): Promise<unknown> => askUnix(path, { method: 'POST', url, body });

  test('reaches the agents', async () => {
    await open();
    const answer = await post('/agents', { agents: ['vision', 'vision'], action: 'stop', by: 'ann' });
    expect(answer).toMatchObject({ instances: [{ agent: 'vision' }] });
    expect(asked).toEqual([['', ['vision'], 'stop', 'ann']]);
    writeFileSync(join(folder, 'vision.log'), 'one\ntwo\nthree\n');
    const lines: unknown[] = [];
    for await (const line of followUnix(path, { method: 'POST', url: '/logs', body: { lines: 2 } })) lines.push(line);
    expect(lines).toEqual(['two', 'three'].map((line) => ({ host: 'pc2', agent: 'vision', instance: 0, line })));
  });

  test('of the whole host reaches it', async () => {
    await open();
    expect(await post('/emergency', { by: 'ann', reason: 'nonsense' })).toMatchObject({ host: 'pc2' });
    expect(await post('/resume', {})).toMatchObject({ host: 'pc2' });
    expect(asked).toEqual([
      ['emergency', 'ann', 'nonsense'],
      ['resume', 'unknown'],
    ]);
  });

  test.each([
    ['/emergency', { app: 'crew' }, 'invalid', 'app is not known.'],
    ['/agents', { agents: 'vision' }, 'invalid', 'agents must be a list of texts.'],
    [
      '/agents',
      { agents: ['vision'], action: 'kill' },
      'invalid',
      'action must be start, stop, restart or scale, not "kill".',
    ],
    ['/agents', { agent: ['vision'] }, 'invalid', 'agent is not known. Did you mean "agents"?'],
    ['/agents', { action: 'restart' }, 'invalid', 'Name the agents, or say all.'],
    ['/agents', { action: 'restart', all: 'yes' }, 'invalid', 'all must be true or false.'],
    ['/agents', { action: 'stop', app: 'crw', all: true }, 'not_found', 'No app crw on host pc2.'],
    ['/logs', { lines: 'all' }, 'invalid', 'lines must be a number.'],
    ['/logs', { lines: -1 }, 'invalid', 'lines must be a whole number from 0 to 10000.'],
    ['/logs', { since: -1 }, 'invalid', 'since must be a time, as milliseconds since 1970.'],
    ['/logs', { follow: 1 }, 'invalid', 'follow must be true or false.'],
    ['/logs', { agents: ['visoin'] }, 'not_found', 'No agent visoin on host pc2. Did you mean "vision"?'],
    ['/status', {}, 'invalid', '/status takes GET.'],
    ['/toString', {}, 'not_found', 'There is nothing at /toString; there is GET /status, '],
  ])('%s %j is refused in a sentence', async (url, body, code, sentence) => {
    await open();
    await expect(post(url, body)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(sentence) as string,
    });
    expect(asked).toEqual([]);
  });

  test('is answered with a sentence where it is no request, too long, or where there is a bug', async () => {
    await open();
    const client = connect(path);
    client.end('hello\r\n\r\n');
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(String(answer)).toContain('This is no request that can be read');
    await expect(post('/revert', { app: 'crew' })).rejects.toMatchObject({ code: 'internal' });
    expect(bugs).toEqual(['POST /revert']);
    const long = post('/agents', { by: 'x'.repeat(1024 * 1024) });
    await expect(long).rejects.toThrow('The body is longer than 1048576 bytes.');
  });
});

test('a sidecar that ends in the middle of its answer is not taken for one that has answered', async () => {
  const server = createServer((one) => {
    one.once('data', () => one.end('HTTP/1.1 200 OK\r\n\r\n{"host":'));
  }).listen(path);
  await once(server, 'listening');
  await expect(askUnix(path, { method: 'GET', url: '/status' })).rejects.toThrow('The answer was cut short');
  server.close();
});

test('no answer in time is said so', async () => {
  const server = createServer((one) => void one.resume()).listen(path);
  await once(server, 'listening');
  const call = askUnix(path, { method: 'GET', url: '/status', timeoutMs: 20 });
  await expect(call).rejects.toMatchObject({ code: 'timeout' });
  server.close();
});
