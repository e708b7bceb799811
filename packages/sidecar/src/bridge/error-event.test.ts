import { expect, test } from 'vitest';
import { errorEvent, untoldEvent } from './error-event.js';

const SPEAKER = { app: 'crew', agent: 'memory', instance: 1, incarnation: 'i' };
const frame = (message: string, context: Record<string, unknown>) =>
  ({ type: 'error', errorType: 'timeout', severity: 'error', message, context }) as const;

test('what looks secret is in neither message nor context', () => {
  const event = errorEvent(
    SPEAKER,
    frame('login failed: password=hunter2', { api_key: 'abc', url: 'redis://u:pw1@h' }),
    3,
  );
  expect(JSON.stringify(event)).not.toMatch(/hunter2|abc|pw1/);
  expect(event).toMatchObject({
    app: 'crew',
    agent: 'memory',
    instance: 1,
    data: { error_type: 'timeout', untold: 3 },
  });
});

test('what is long is shortened, and still JSON', () => {
  const { data, reason } = errorEvent(SPEAKER, frame('x'.repeat(8_000), { blob: 'y'.repeat(60_000) }), 0);
  expect(reason).toHaveLength(2_003);
  expect(JSON.stringify(data).length).toBeLessThan(8_000);
});

test('what was not kept is said', () => {
  expect(untoldEvent(SPEAKER, 12)).toMatchObject({
    reason: '12 more errors at once: counted, not kept',
    data: { untold: 12 },
  });
});
