import { expect, test } from 'vitest';
import { statusTo } from './socket-feeds.js';

type Document = Readonly<Record<string, unknown>>;

/** A feed whose document is old until it has been looked at. */
function scene(): {
  readonly told: string[];
  readonly listeners: Set<unknown>;
  readonly look: () => void;
  readonly leave: () => void;
} {
  const told: string[] = [];
  const listeners = new Set<unknown>();
  let document: Document = { state: 'of hours ago' };
  let looked = (_: Document): void => undefined;
  const feed = {
    status: () => new Promise<Document>((resolve) => (looked = resolve)),
    subscribe: (listener: (document: Document) => void) => {
      listeners.add(listener);
      listener(document);
      return () => listeners.delete(listener);
    },
  };
  const client = { send: (text: string) => void told.push(text), room: async () => undefined, end: () => undefined };
  const leave = statusTo(feed)(client);
  const look = (): void => {
    document = { state: 'of now' };
    looked(document);
  };
  return { told, listeners, look, leave };
}

test('the first message tells how it is now, not how it was when somebody last listened', async () => {
  const { told, look, leave, listeners } = scene();
  expect(told).toEqual([]);
  look();
  await expect.poll(() => told).toEqual(['{"state":"of now"}']);
  leave();
  expect(listeners.size).toBe(0);
});

test('whoever has gone before that is told nothing, and leaves no listener', async () => {
  const { told, look, leave, listeners } = scene();
  leave();
  look();
  await new Promise((resolve) => setImmediate(resolve));
  expect([told, listeners.size]).toEqual([[], 0]);
});
