import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { watchForLeaks } from './leaks.js';
import { command, startRedis } from './redis.js';

it('keeps what it saved over kill and restart, forgets on empty, leaves nothing', async () => {
  const noLeaks = watchForLeaks();
  const redis = await startRedis();
  const say = (line: string) => command(redis.host, redis.port, line);
  expect(await say('SET a 1')).toMatch(/^\+OK/);
  await redis.kill();
  await expect(say('PING')).rejects.toThrow();
  await redis.restart();
  expect(await say('GET a')).toContain('1');
  await redis.empty();
  expect(await say('GET a')).toMatch(/^\$-1/);
  await redis.stop();
  expect(existsSync(redis.dir)).toBe(false);
  await noLeaks();
});
