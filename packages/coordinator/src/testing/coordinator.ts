/** For tests: a whole coordinator in this process, on free ports of loopback, with a real Redis. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@outrider/shared/runtime/logger.js';
import { readToken } from '@outrider/shared/runtime/token.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { loadConfig } from '../config.js';
import { type RunningCoordinator, startCoordinator } from '../main.js';

export interface TestCoordinator extends RunningCoordinator {
  readonly folder: string;
  readonly token: string;
  readonly redis: TestRedis;
}

export async function testCoordinator(): Promise<TestCoordinator> {
  const folder = mkdtempSync(join(tmpdir(), 'outrider-coordinator-'));
  process.env['OUTRIDER_RENDEZVOUS'] = join(folder, 'endpoints');
  const redis = await startRedis();
  const setting = (key: string, value: unknown) => [`OUTRIDER_COORDINATOR__${key}`, JSON.stringify(value)] as const;
  const any = ['127.0.0.1:0'];
  const config = loadConfig(undefined, {
    OUTRIDER_COORDINATOR__ENVIRONMENT: 'test',
    OUTRIDER_COORDINATOR__DATA_DIR: join(folder, 'data'),
    OUTRIDER_COORDINATOR__RUN_DIR: join(folder, 'run'),
    REDIS_URL: redis.url,
    ...Object.fromEntries([
      setting('LISTEN__GRPC', any),
      setting('LISTEN__HTTP', any),
      setting('LISTEN__WEBSOCKET', any),
    ]),
  });
  const running = await startCoordinator(config, createLogger({ name: 'coordinator', level: 'silent' }));
  return {
    ...running,
    folder,
    redis,
    token: readToken(join(folder, 'run', 'token')) ?? '',
    close: async () => {
      await running.close();
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
