// The programs of test/agents have the fault they are named for: what is tested with them rests on it.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';

const HERE = fileURLToPath(new URL('../agents', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'outrider-agents-'));

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Resolves once this text was printed. */
  readonly printed: (text: string) => Promise<void>;
}

function start(file: string, ...args: readonly string[]): Started {
  const words = file.endsWith('.sh') ? [join(HERE, file), ...args] : [process.execPath, join(HERE, file), ...args];
  const child = spawn(words[0] ?? '', words.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FAULTS_OF: folder },
  });
  let output = '';
  const listeners: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0));
  });
  const printed = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (output.includes(text)) resolve();
      };
      listeners.push(look);
      look();
    });
  return { child, ended, printed };
}

/** A free port of this machine's loopback. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server: Server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Asks until somebody answers; the status, or what went wrong after that. */
async function statusOf(port: number): Promise<number> {
  for (;;) {
    try {
      return (await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(20_000) })).status;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

/** Processes of this file's programs, wherever they have fled to: they carry its mark. */
const mine = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`FAULTS_OF=${folder}\0`);
      } catch {
        return false;
      }
    })
    .map(Number);

afterEach(async () => {
  const kill = (): number => {
    const left = mine();
    for (const pid of left) process.kill(pid, 'SIGKILL');
    return left.length;
  };
  await expect.poll(kill, { timeout: 10_000 }).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('each program says in its first comment what is wrong with it', () => {
  const programs = readdirSync(HERE).filter((file) => /\.(sh|mjs|cjs)$/.test(file));
  expect(programs.length).toBeGreaterThan(20);
  for (const file of programs) {
    const lines = readFileSync(join(HERE, file), 'utf8').split('\n');
    expect(file.endsWith('.sh') ? lines[1] : lines[0], file).toMatch(/^(#|\/\/) [A-Z].*/);
  }
});

describe('ending', () => {
  test.each([
    ['exit-at-once.sh', ['4'], 4],
    ['exit-after.mjs', ['0.05', '7'], 7],
    ['daemonize.sh', [], 0],
  ])('%s %s', async (file, args, code) => {
    expect(await start(file, ...args).ended).toBe(code);
  });

  test('exit-on-mark.sh waits for its mark', async () => {
    const mark = join(folder, 'mark');
    const { child, ended } = start('exit-on-mark.sh', mark, '5');
    expect(child.exitCode).toBeNull();
    writeFileSync(mark, '');
    expect(await ended).toBe(5);
  });

  test('ignore-sigterm.mjs stays', async () => {
    const { child, ended, printed } = start('ignore-sigterm.mjs');
    await printed('here to stay');
    child.kill('SIGTERM');
    await printed('SIGTERM: no');
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
  });

  test('exit-badly-on-stop.mjs and slow-stop.mjs end, in their way', async () => {
    const slow = start('slow-stop.mjs', '0.1');
    await slow.printed('slow to stop');
    const bad = start('exit-badly-on-stop.mjs');
    await bad.printed('bad at stopping');
    slow.child.kill('SIGTERM');
    await slow.printed('stopping');
    bad.child.kill('SIGTERM');
    expect(await bad.ended).toBe(3);
    expect(await slow.ended).toBe(0);
  });
});

describe('serving', () => {
  test.each([
    ['healthy.mjs', [], 200],
    ['never-ready.mjs', [], 503],
    ['unhealthy-after.mjs', ['0'], 503],
    ['slow-start.mjs', ['0.1'], 200],
    ['eat-loop.mjs', ['60'], 200],
  ])('%s %s', async (file, args, status) => {
    const port = await freePort();
    start(file, `127.0.0.1:${port}`, ...args);
    expect(await statusOf(port)).toBe(status);
  });

  test('unhealthy-on-mark.mjs turns with its mark', async () => {
    const [port, mark] = [await freePort(), join(folder, 'bad')];
    start('unhealthy-on-mark.mjs', `127.0.0.1:${port}`, mark);
    expect(await statusOf(port)).toBe(200);
    writeFileSync(mark, '');
    expect(await statusOf(port)).toBe(503);
    rmSync(mark);
    expect(await statusOf(port)).toBe(200);
  });

  test('hold-port.mjs keeps others out', async () => {
    const port = await freePort();
    const first = start('hold-port.mjs', `127.0.0.1:${port}`);
    await expect
      .poll(() => fetch(`http://127.0.0.1:${port}/`).then(String, (error: unknown) => String((error as Error).cause)))
      .toMatch(/closed|reset/i);
    expect(await start('hold-port.mjs', `127.0.0.1:${port}`).ended).toBe(1);
    first.child.kill('SIGTERM');
    await first.printed('mine');
  });
});

test('fork-grandchildren.sh leaves three, one of them in another session', async () => {
  const { child, printed } = start('fork-grandchildren.sh');
  await printed('grandchildren are born');
  const session = (pid: number): number =>
    Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[3],
    );
  const born = (): number[] => mine().filter((pid) => pid !== child.pid);
  await expect.poll(() => born().filter((pid) => session(pid) === pid)).toHaveLength(1);
  expect(born().length).toBeGreaterThanOrEqual(3);
});
