import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventType, OutriderEvent } from '@outrider/shared/domain/event.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { openStore } from '../store/connection.js';
import { RedisEventLog } from '../store/redis-events.js';
import { RedisNotices } from '../store/redis-notices.js';
import { email } from './email.js';
import { Notifier } from './notifier.js';
import type { Target } from './ports.js';
import { slack, webhook } from './webhook.js';

let server: TestRedis;
let redis: RedisClient;
let environment = '';
let made = 0;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  server = await startRedis();
  redis = openStore({ kind: 'single', url: server.url }, () => undefined);
  await eventually(() => redis.status === 'ready');
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(() => (environment = `test-${++made}`));
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const log = () => new RedisEventLog(redis, fleetKeys(environment));
const notices = () => new RedisNotices(redis, fleetKeys(environment));

let told = 0;
function event(type: EventType, patch: Partial<OutriderEvent> = {}): OutriderEvent {
  return { id: `e${++told}`, at: '2026-01-01T00:00:00.000Z', type, environment, ...patch };
}

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** Takes what is posted; answers as it is told, 200 once that is over. */
async function receiver(...answers: number[]): Promise<{ readonly url: string; readonly posts: Posted[] }> {
  const posts: Posted[] = [];
  const http = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.once('end', () => {
      posts.push({ headers: request.headers, body: JSON.parse(text) as Record<string, unknown> });
      response.writeHead(answers.shift() ?? 200).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  closers.push(() => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook`, posts };
}

const QUICK = { lookMs: 20, retryMs: 20, mostRetryMs: 40 };

/** Begins to tell, and has seen where the history ends. */
async function telling(targets: readonly Target[], leads = (): boolean => true): Promise<string[]> {
  const warnings: string[] = [];
  const options = { log: notices(), targets, clock: systemClock, leads, warn: (line: string) => warnings.push(line) };
  const notifier = new Notifier({ ...options, times: QUICK });
  closers.push(() => notifier.close());
  if (leads()) {
    await eventually(async () => {
      for (const { name } of targets) expect(await notices().toldUpTo(name)).toBeDefined();
    });
  }
  return warnings;
}

const hook = (url: string, events = ['rollout.*']): Target =>
  webhook({ name: 'hook', url, events, headers: { authorization: 'Bearer x' } });

describe('a webhook', () => {
  it('gets the events it wants as CloudEvents, in order, none from before it was there', async () => {
    const { url, posts } = await receiver();
    await log().append([event('rollout.started', { app: 'a' })]);
    await telling([hook(url)]);
    const ended = event('rollout.stuck', { app: 'a', rollout: 'r1', reason: 'pc2 cannot be reached' });
    await log().append([event('agent.ready', { app: 'a' })]);
    await log().append([ended]);
    await log().append([event('rollout.started', { app: 'b', rollout: 'r2' })]);
    await eventually(() => expect(posts).toHaveLength(2));
    const [first] = posts;
    expect(first?.headers).toMatchObject({ 'content-type': 'application/cloudevents+json', authorization: 'Bearer x' });
    expect(first?.body).toEqual({
      ...{ specversion: '1.0', id: ended.id, source: `/outrider/${environment}`, type: 'outrider.rollout.stuck' },
      ...{ time: ended.at, subject: 'a', datacontenttype: 'application/json', data: ended },
    });
    expect(posts[1]?.body).toMatchObject({ type: 'outrider.rollout.started', subject: 'b' });
  });

  it('is asked again until it takes an event, and keeps no other target waiting', async () => {
    const [bad, good] = [await receiver(500, 503, 429), await receiver()];
    await telling([hook(bad.url), { ...hook(good.url), name: 'other' }]);
    await log().append([event('rollout.aborted', { rollout: 'r1' })]);
    await eventually(() => expect([bad.posts.length, good.posts.length]).toEqual([4, 1]));
    expect(new Set(bad.posts.map(({ body }) => body['id'])).size).toBe(1);
  });

  it('is not asked again where that cannot help, which is said', async () => {
    const { url, posts } = await receiver(404);
    const warnings = await telling([hook(url)]);
    await log().append([event('rollout.aborted', { rollout: 'r1' })]);
    await log().append([event('rollout.stuck', { rollout: 'r2' })]);
    await eventually(() => expect(posts).toHaveLength(2));
    expect(warnings).toEqual([expect.stringMatching(/^hook was not told of rollout\.aborted .*the answer was 404$/)]);
  });

  it('hears once of what happens again and again, and of each step of a rollout', async () => {
    const { url, posts } = await receiver();
    await telling([hook(url, ['*'])]);
    const down = { host: 'pc2' };
    for (let i = 0; i < 3; i++) await log().append([event('host.down', down)]);
    await log().append([event('host.down', { host: 'pc3' })]);
    for (let i = 0; i < 2; i++) await log().append([event('rollout.paused', { rollout: 'r1' })]);
    await eventually(() => expect(posts).toHaveLength(4));
    expect(posts.map(({ body }) => (body['data'] as OutriderEvent).host ?? 'r1')).toEqual(['pc2', 'pc3', 'r1', 'r1']);
  });

  it('is told by the leader alone; the next one goes on where the last has stopped', async () => {
    const { url, posts } = await receiver();
    let leads = true;
    await telling([hook(url)], () => leads);
    await log().append([event('rollout.started', { rollout: 'r1' })]);
    // Told is what is written down as told: a leader that is lost in between lets the next one say it again.
    await eventually(async () => expect(await notices().toldUpTo('hook')).toBe(await notices().newest()));
    expect(posts).toHaveLength(1);
    leads = false;
    await telling([hook(url)], () => !leads);
    await log().append([event('rollout.succeeded', { rollout: 'r1' })]);
    await eventually(() => expect(posts).toHaveLength(2));
    expect(posts.map(({ body }) => body['type'])).toEqual(['outrider.rollout.started', 'outrider.rollout.succeeded']);
  });

  it('passes over what is no event', async () => {
    const { url, posts } = await receiver();
    await telling([hook(url)]);
    await redis.xadd(fleetKeys(environment).events, '*', 'event', 'no JSON');
    await log().append([event('rollout.stuck', { rollout: 'r1' })]);
    await eventually(() => expect(posts).toHaveLength(1));
  });
});

it('Slack gets a message, in which nothing has a meaning that was not meant', async () => {
  const { url, posts } = await receiver();
  await telling([slack({ name: 'slack', url, events: ['rollout.stuck'], headers: {} })]);
  const culprit = { host: 'pc2', agent: 'vision', cause: 'exited with code 1', log: [] };
  const data = { culprit };
  await log().append([event('rollout.stuck', { app: 'a', version: '2', rollout: 'r1', reason: '<!all> & so', data })]);
  await eventually(() => expect(posts).toHaveLength(1));
  expect(posts[0]?.body['text']).toBe(
    `*[${environment}] rollout.stuck: r1, a 2*\n&lt;!all&gt; &amp; so\nCause: vision on pc2: exited with code 1`,
  );
});

it('e-mail goes by SMTP, with a login where there is one', async () => {
  const mails: string[] = [];
  const logins: unknown[] = [];
  const smtp = new SMTPServer({
    ...{ disabledCommands: ['STARTTLS'], allowInsecureAuth: true, logger: false },
    onAuth: ({ username, password }, _session, done) => {
      logins.push([username, password]);
      done(null, { user: username ?? '' });
    },
    onData: (stream, _session, done) => {
      let text = '';
      stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      stream.once('end', () => {
        mails.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise<void>((resolve) => smtp.close(() => resolve())));
  const { port } = smtp.server.address() as AddressInfo;
  const to = {
    name: 'mail',
    server: `smtp://127.0.0.1:${port}`,
    from: 'outrider@example.org',
    to: ['ops@example.org'],
  };
  await telling([email({ ...to, events: ['rollout.*'], username: 'ann', password: 'secret' })]);
  await log().append([event('rollout.aborted', { app: 'a', rollout: 'r1', by: 'ann@pc2' })]);
  await eventually(() => expect(mails).toHaveLength(1));
  expect(mails[0]).toMatch(/Subject: \[test-\d+\] rollout\.aborted: r1, a\r\n/);
  expect(mails[0]).toMatch(/by ann@pc2/);
  expect(logins).toEqual([['ann', 'secret']]);
});
