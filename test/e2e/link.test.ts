/** The link of a daemon's page: with the token on a terminal; elsewhere the token is written nowhere. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { freePort, startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BINS } from '../support/cluster-layout.js';
import { inTerminal } from '../support/terminal.js';

const SIGTERM = 15;
let folder: string;
let redis: TestRedis;
let env: Record<string, string>;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'outrider-link-')));
  redis = await startRedis();
  const { PATH = '' } = process.env;
  env = { PATH, HOME: folder, OUTRIDER_RENDEZVOUS: join(folder, 'endpoints') };
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Program {
  readonly command: readonly string[];
  readonly token: () => string;
  readonly log: string;
}

async function programOf(name: 'coordinator' | 'sidecar'): Promise<Program> {
  const own = (part: string): string => join(folder, name, part);
  const any = ['127.0.0.1:0'];
  const listen = {
    coordinator: { grpc: [`127.0.0.1:${await freePort()}`], http: any, websocket: any },
    sidecar: { grpc: any, http: any, metrics: any, zmq: { question: any, events: any } },
  }[name];
  const file = join(folder, `${name}.yaml`);
  const log = { level: 'debug', file: own('daemon.log') };
  const folders = { data_dir: own('data'), run_dir: own('run'), log_dir: own('log') };
  writeFileSync(file, JSON.stringify({ host: 'here', ...folders, redis: { url: redis.url }, listen, log }));
  const verb = { coordinator: 'serve', sidecar: 'run' }[name];
  return {
    command: [process.execPath, BINS[name], verb, '--config', file],
    token: () => readFileSync(own('run/token'), 'utf8').trim(),
    log: log.file,
  };
}

/** All that it writes until it is ready and has been asked to end. */
async function written({ command, log }: Program, more: readonly string[]): Promise<Record<'out' | 'err', string>> {
  const [program = '', ...words] = command;
  rmSync(log, { force: true });
  const child = spawn(program, [...words, ...more], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (piece: Buffer) => (said.out += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (said.err += piece.toString()));
  const gone = once(child, 'exit');
  const isReady = (): boolean =>
    /the coordinator serves|the sidecar runs/.test(existsSync(log) ? readFileSync(log, 'utf8') : '');
  await eventually(isReady, { describe: () => `it is ready; it said ${said.out}${said.err}` });
  child.kill('SIGTERM');
  expect(await gone).toEqual([0, null]);
  return said;
}

describe.each(['coordinator', 'sidecar'] as const)('%s', (name) => {
  let program: Program;
  beforeAll(async () => {
    program = await programOf(name);
  });

  it('says nothing to what is no terminal; nor is the token in its log', async () => {
    const said = await written(program, []);
    expect(said.out).toBe('');
    expect(said.err).not.toContain(program.token());
    expect(readFileSync(program.log, 'utf8')).not.toContain(program.token());
  });

  it('names the file of the token in JSON, not the token', async () => {
    const said = await written(program, ['--json']);
    const ready = JSON.parse(said.out) as Record<string, unknown>;
    expect(ready).toMatchObject({
      ...{ ready: true, token_file: join(folder, name, 'run/token') },
      grpc: [expect.stringMatching(/^127\.0\.0\.1:\d+$/)],
      link: expect.stringMatching(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/$/) as string,
    });
    expect(said.out + said.err).not.toContain(program.token());
  });

  it('prints the link with the token on a terminal', async () => {
    const { output } = await inTerminal(
      program.command,
      [{ until: '/#token=' }, { until: '\n' }, { signal: SIGTERM }],
      {
        env,
      },
    );
    const link = /http:\/\/127\.0\.0\.1:[1-9]\d*\/#token=(\S+)/.exec(output);
    expect(link?.[1]).toBe(program.token());
  });
});
