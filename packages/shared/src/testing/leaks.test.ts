import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { processesOf, watchForLeaks } from './leaks.js';

it('is content with a test that cleans up', async () => {
  const noLeaks = watchForLeaks();
  const child = spawn('sleep', ['60']);
  child.kill('SIGKILL');
  await noLeaks();
});

it('names a child and a listener that were left', async () => {
  const noLeaks = watchForLeaks({}, 100);
  const child = spawn('sleep', ['61']);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await expect(noLeaks()).rejects.toThrow(/child process \d+: sleep 61; listener on port \d+/);
  } finally {
    child.kill('SIGKILL');
    server.close();
  }
});

it('finds a grandchild by its marker though its parent is gone', async () => {
  const variable = `OUTRIDER_TEST_MARK=${process.pid}-${Date.now()}`;
  const noLeaks = watchForLeaks({ variable }, 100);
  const [key = '', value = ''] = variable.split('=');
  const child = spawn('sh', ['-c', 'setsid sleep 62 >/dev/null 2>&1 & echo $!'], {
    env: { ...process.env, [key]: value },
  });
  const [pid] = (await once(child.stdout, 'data')) as [Buffer];
  // While it executes its program it has no environment to be found by.
  await eventually(() => processesOf({ variable }).some(({ command }) => command === 'sleep 62'));
  try {
    await expect(noLeaks()).rejects.toThrow(/sleep 62/);
  } finally {
    process.kill(Number(pid.toString()), 'SIGKILL');
  }
});
