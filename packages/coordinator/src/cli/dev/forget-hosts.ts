/** Takes out of a fleet's registry the hosts that it does not have any more, before anybody reads it. */
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { Redis } from 'ioredis';

const WITHIN_MS = 60_000;

/** Waits until the Redis that has just been started answers. @throws OutriderError('timeout') */
export async function forgetOtherHosts(port: number, password: string, names: readonly string[]): Promise<void> {
  const redis = new Redis({ host: '127.0.0.1', port, password, retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const { hosts } = fleetKeys('local');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new OutriderError('timeout', 'The Redis of this fleet does not answer.')),
      WITHIN_MS,
    );
  });
  try {
    const others = (await Promise.race([redis.hkeys(hosts), late])).filter((name) => !names.includes(name));
    if (others.length > 0) await redis.hdel(hosts, ...others);
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}
