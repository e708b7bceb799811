import { connectCoordinator } from '@outrider/shared/rpc/client.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testCoordinator, type TestCoordinator } from '../testing/coordinator.js';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await testCoordinator();
});
afterAll(() => coordinator.close());

test('whoever gives up soon hears before that why nothing is decided; and it is once it can be', async () => {
  const remote = connectCoordinator({ endpoint: coordinator.grpc[0]!, token: coordinator.token });
  await eventually(async () => (await remote.Status({})).redis === 'up');
  await coordinator.redis.kill();
  const away = { code: 'unavailable', message: 'Redis is away, so nothing new is decided now.' };
  const asks = [
    () => remote.Rollback({ requestId: 'b' }, { timeoutMs: 10_000 }),
    () => remote.StartRollout({ version: '1', requestId: 'a' }, { timeoutMs: 10_000 }),
    () => remote.ControlRollout({ action: 'abort' }, { timeoutMs: 10_000 }),
  ];
  // The lease goes on for a while.
  await eventually(() => expect(asks[0]?.()).rejects.toMatchObject(away), { timeoutMs: 60_000 });
  await Promise.all(asks.map((ask) => expect(ask()).rejects.toMatchObject(away)));

  const waiting = remote.ControlRollout({ action: 'abort' }, { timeoutMs: 14_000 });
  await coordinator.redis.restart();
  await expect(waiting).rejects.toMatchObject({ message: 'No rollout is under way.' });
  remote.close();
});
