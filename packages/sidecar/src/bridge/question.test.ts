import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Dealer, Request, Subscriber } from 'zeromq';
import { startEventPublisher } from './event-publisher.js';
import { type QuestionServer, startQuestionServer } from './question.js';

let server: QuestionServer;
let answer: string;
const open: { close(): void }[] = [];

beforeEach(() => {
  answer = 'healthy';
  server = startQuestionServer(['127.0.0.1:0', '127.0.0.41:0'], () => answer);
});

afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
  server.close();
});

function keep<S extends { close(): void }>(socket: S): S {
  open.push(socket);
  return socket;
}

async function ask(word: string | string[], address = server.addresses[0] ?? ''): Promise<string> {
  const socket = keep(new Request({ linger: 0, receiveTimeout: 20_000 }));
  socket.connect(`tcp://${address}`);
  await socket.send(word);
  const [reply] = await socket.receive();
  return String(reply);
}

describe('health_check', () => {
  test('is answered on every address with what is true now', async () => {
    expect(server.addresses).toHaveLength(2);
    expect(await ask('health_check')).toBe('healthy');
    answer = 'unhealthy: 2 of 22 agents: vision, tts';
    expect(await ask('health_check', server.addresses[1])).toBe(answer);
  });

  test.each([
    ['', /^error: ask "health_check" in one frame, not ""$/],
    ['status', /^error: .* not "status"$/],
    ['health_check\n', /^error: /],
    ['x'.repeat(500), /^error: .{60,120}$/],
    [['health_check', 'twice'], /^error: .* not several frames$/],
  ])('anything else gets a word on what to ask: %j', async (word, expected) => {
    expect(await ask(word)).toMatch(expected);
  });

  test('a client that never reads holds up nobody', async () => {
    const deaf = keep(new Dealer({ linger: 0, receiveHighWaterMark: 1, sendTimeout: 200 }));
    deaf.connect(`tcp://${server.addresses[0] ?? ''}`);
    let sent = 0;
    for (; sent < 20_000; sent += 1) {
      try {
        await deaf.send(['', 'health_check']);
      } catch {
        break; // it is not read from any more either: only itself waits
      }
    }
    expect(sent).toBeGreaterThan(1_000);
    expect(await ask('health_check')).toBe('healthy');
  });

  test('a client that goes away without waiting holds up nobody', async () => {
    for (let index = 0; index < 20; index += 1) {
      const hasty = new Request({ linger: 100 });
      hasty.connect(`tcp://${server.addresses[0] ?? ''}`);
      await hasty.send('health_check');
      hasty.close();
    }
    expect(await ask('health_check')).toBe('healthy');
  });

  test('a question that is too large ends only its own connection', async () => {
    const loud = keep(new Dealer({ linger: 0 }));
    loud.connect(`tcp://${server.addresses[0] ?? ''}`);
    await loud.send(['', 'x'.repeat(100_000)]);
    expect(await ask('health_check')).toBe('healthy');
  });

  test('an address that is taken is named', () => {
    const taken = server.addresses[0] ?? '';
    expect(() => startQuestionServer([taken], () => '')).toThrow(`Cannot listen on ${taken} (ZeroMQ question)`);
  });
});

test('events are published with their type as the topic, all of them and in order', async () => {
  const publisher = keep(startEventPublisher(['127.0.0.1:0']));
  const subscriber = keep(new Subscriber({ linger: 0, receiveTimeout: 20_000 }));
  subscriber.connect(`tcp://${publisher.addresses[0] ?? ''}`);
  subscriber.subscribe('agent.');
  const event = (type: 'agent.ready' | 'host.up', id: string) => ({ id, at: '', type, environment: 'local' });
  // A subscriber that joins misses what came before: it is told until it hears.
  let isHeard = false;
  const first = subscriber.receive().then(() => (isHeard = true));
  await eventually(() => {
    publisher.publish(event('agent.ready', 'first'));
    return isHeard;
  });
  await first;
  for (let index = 0; index < 700; index += 1) {
    publisher.publish(event('host.up', `unheard ${index}`));
    publisher.publish(event('agent.ready', `event ${index}`));
  }
  const ids: string[] = [];
  for await (const [topic, text] of subscriber) {
    expect(String(topic)).toBe('agent.ready');
    const { id } = JSON.parse(String(text)) as { id: string };
    if (id !== 'first') ids.push(id);
    if (ids.length === 700) break;
  }
  expect(ids).toEqual(Array.from({ length: 700 }, (_, index) => `event ${index}`));
});
