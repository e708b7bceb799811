/** REST on both of its ports: every answer is what the served OpenAPI document says, and what the command line has. */
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { programOf } from '@outrider/coordinator/cli/main.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.js';
import { AgainstOpenApi, type Answered, type OpenApi } from '../support/openapi.js';
import { lastEvent, tree, web } from '../support/rollout-kit.js';

const APP = 'seen';
const PORT = 18431;
let cluster: Cluster;
let against: AgainstOpenApi;
let failed = '';

interface Answer extends Answered {
  readonly link: string | undefined;
  json<T = Record<string, unknown>>(): T;
}

/** Any header, which fetch would not send. */
function send(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
  port = 7777,
): Promise<Answer> {
  const host = `${cluster.layout.network}.1`;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const { link, 'content-type': type = '' } = response.headers;
        const status = response.statusCode ?? 0;
        resolve({ status, type, text, link: link as string | undefined, json: <T>() => JSON.parse(text) as T });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

const bearer = (): Record<string, string> => ({
  authorization: `Bearer ${readFileSync(cluster.layout.token, 'utf8').trim()}`,
});

/** Asks with the token, and holds the answer against the document. */
async function ask(method: string, documented: string, path = documented, body = ''): Promise<Answer> {
  const answer = await send(method, path, bearer(), body);
  against.check(method, documented, answer);
  return answer;
}
const get = (documented: string, path = documented): Promise<Answer> => ask('GET', documented, path);

/** What POST /rollback would do. */
const planBack = (body: object = {}): Promise<Answer> =>
  ask('POST', '/plan/rollback', '/plan/rollback', JSON.stringify(body));

const cli = async <T>(...words: readonly string[]): Promise<T> => (await cluster.cli(...words, '--json')).json<T>();

beforeAll(async () => {
  cluster = await startCluster({
    hosts: ['alpha', 'beta'],
    labels: { alpha: { zone: 'lab', rack: '2' }, beta: { zone: 'lab', rack: '1' } },
  });
  against = new AgainstOpenApi((await send('GET', '/openapi.json')).json<OpenApi>());
});
afterAll(() => cluster.stop());

it('the document is an OpenAPI document, and every path that is served is in it', async () => {
  const text = (await get('/openapi.json')).text;
  const result = await new Validator().validate(JSON.parse(text) as Record<string, unknown>);
  expect(result).toMatchObject({ valid: true });
  const served = /there is (.*)\.$/.exec((await send('GET', '/nothing')).json<{ error: string }>().error)?.[1];
  // The page is for people.
  expect(served?.split(', ').filter((path) => path !== '/')).toEqual([
    ...new Set(against.operations.map(([, path]) => path)),
  ]);
});

it('a fleet without any release answers, and in the same shapes', async () => {
  for (const path of [
    '/status',
    '/fleet',
    '/health',
    '/hosts',
    '/agents',
    '/events',
    '/releases',
    '/rollouts',
    '/report',
  ]) {
    expect((await get(path)).status).toBe(200);
  }
  for (const path of ['/livez', '/ready', '/metrics', '/sd']) expect((await get(path)).status).toBe(200);
  expect((await get('/rollout')).status).toBe(404);
  expect((await get('/deliveries')).json()).toEqual([]);
  expect((await get('/history')).json()).toMatchObject({ agents: [] });
  expect((await ask('POST', '/rollback')).status).toBe(409);
  expect((await planBack()).json()).toEqual({ strategy: 'emergency', possible: false, parts: [] });
});

describe('with a release that is well and one that was taken back', () => {
  beforeAll(async () => {
    const talks = ['sh', '-c', 'echo a word; exec sleep 1000'];
    const talker = { command: talks, files: ['code.txt'], stop_grace_period: '1s' };
    await cluster.push('1.0.0', tree(APP, { vision: web(PORT, 1), talker }));
    expect((await cluster.rollout('1.0.0')).code).toBe(0);
    await cluster.push(
      '2.0.0',
      tree(APP, { vision: web(PORT, 2, { command: ['sh', '-c', 'echo no; exit 3'] }), talker }),
    );
    const result = await cluster.rollout('2.0.0', '--message', 'a "bad" one');
    expect(result.code).toBe(20);
    failed = lastEvent(result).rollout ?? '';
    // The words of the command line change nothing from here on.
    await eventually(async () => (await cli<{ ready: boolean }[]>('agents')).every(({ ready }) => ready));
  });

  it('is what the command line has', async () => {
    const figures = <T extends object>(list: readonly T[]): object[] =>
      list.map((one) => ({ ...one, memoryBytes: 0, cpuPercent: 0, restarts: 0 }));
    const { endpoints, ...fleet } = (await get('/fleet')).json();
    expect(fleet).toEqual(await cli('status'));
    expect(Object.keys(endpoints as object)).toEqual(['alpha', 'beta']);
    expect((await get('/hosts')).json()).toEqual(await cli('hosts'));
    expect(figures((await get('/agents')).json<object[]>())).toEqual(figures(await cli<object[]>('agents')));
    expect((await get('/releases', `/releases?app=${APP}`)).json()).toEqual(await cli('release', 'ls'));
    expect((await get('/releases/{version}', '/releases/2.0.0')).json()).toEqual(await cli('release', 'show', '2.0.0'));
    expect((await get('/releases/{version}', '/releases/good')).json()).toMatchObject({ version: '1.0.0' });
    expect((await get('/rollouts')).json()).toEqual(await cli('rollout', 'ls'));
    expect((await get('/rollout', `/rollout?rollout=${failed}`)).json()).toEqual(
      await cli('rollout', 'status', failed),
    );
    expect((await get('/plan', '/plan?version=2.0.0')).json<object>()).toMatchObject({
      ...{ version: '2.0.0', problems: [], hosts: [{ host: 'alpha' }, { host: 'beta' }] },
    });
    const { apps } = (await get('/report', '/report?since=7d')).json<{ apps: object[] }>();
    expect(apps).toMatchObject([{ app: APP, deployments: { succeeded: 1, rolled_back: 1 }, success_rate: 0.5 }]);
    const lines = (await get('/logs', '/logs?agent=talker,vision&host=alpha&n=5')).json<
      { host: string; line: string }[]
    >();
    expect(lines).toContainEqual(expect.objectContaining({ host: 'alpha', agent: 'talker', line: 'a word' }));
  });

  it('a plan takes all that `rollout --plan` takes, and is the same then', async () => {
    const rollout = programOf(() => Promise.resolve()).commands.find((command) => command.name() === 'rollout');
    const ofTheCommand = ['plan', 'detach', 'yes', 'expect-plan', 'message', 'no-canary'];
    const everywhere = ['json', 'environment', 'endpoint', 'timeout', 'debug'];
    const options = (rollout?.options ?? [])
      .map(({ long }) => long?.slice(2) ?? '')
      .filter((name) => ![...ofTheCommand, ...everywhere].includes(name));
    const [, , { parameters }] = against.operations.find(([, path]) => path === '/plan')!;
    expect(parameters.map(({ name }) => name)).toEqual(options.map((name) => name.replaceAll('-', '_')));
    const asked = {
      ...{ version: '2.0.0', app: APP, agents: 'vision', label: 'zone=lab', 'order-by': 'rack', strategy: 'canary' },
      ...{ canary: '1', 'auto-promote': true, 'max-parallel': '2', 'on-failure': 'hold', supersede: true, bake: '1m' },
      ...{ 'confirm-within': '90s', commit: 'each', 'skip-down': true, 'no-monitoring': true },
    };
    expect(options.filter((name) => !Object.hasOwn(asked, name))).toEqual(['hosts']);
    const words = Object.entries(asked).flatMap(([name, value]) => [
      `--${name}`,
      ...(value === true ? [] : [`${value}`]),
    ]);
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(asked)) query.set(name.replaceAll('-', '_'), String(value));
    interface Planned {
      readonly plan: string;
      readonly hosts: readonly { readonly host: string; readonly wave: number; readonly actions: readonly object[] }[];
      readonly problems: readonly string[];
    }
    // Not how much room there is, which is another at each look.
    const planned = ({ plan, hosts, problems }: Planned): object => ({
      ...{ plan, problems },
      hosts: hosts.map(({ host, wave, actions }) => ({ host, wave, actions })),
    });
    const answer = (await get('/plan', `/plan?${query.toString()}`)).json<Planned>();
    expect(answer.hosts.map(({ host }) => host)).toEqual(['beta', 'alpha']);
    expect(planned(answer)).toEqual(planned(await cli<Planned>('rollout', '--plan', ...words)));
    const none = (await get('/plan', '/plan?version=2.0.0&canary=0')).json<Planned>();
    expect(none.plan).not.toBe((await get('/plan', '/plan?version=2.0.0')).json<Planned>().plan);
    expect(planned(none)).toEqual(
      planned(await cli<Planned>('rollout', '--version', '2.0.0', '--plan', '--no-canary')),
    );
  });

  it('status, health and all others on both ports, HEAD too', async () => {
    for (const port of [7777, 7779]) {
      const answer = await send('GET', '/status', {}, '', port);
      against.check('GET', '/status', answer);
      expect(answer.json()).toMatchObject({ deployment_id: failed, state: 'rolled_back', agents_total: 4 });
      expect(await send('HEAD', '/health', {}, '', port)).toMatchObject({ status: 200, text: '' });
    }
    expect((await get('/health')).json()).toMatchObject({ total_agents: 4, health_percentage: 100 });
    expect((await get('/agents', '/agents?host=beta&agent=vision')).json()).toMatchObject([
      { host: 'beta', agent: 'vision' },
    ]);
  });

  it('an agent is restarted, and what nobody has reported is an empty list', async () => {
    const answer = await ask(
      'POST',
      '/agent',
      '/agent',
      JSON.stringify({ action: 'restart', agent: 'vision', host: 'beta' }),
    );
    expect([answer.status, answer.json()]).toMatchObject([
      200,
      { instances: [{ host: 'beta', agent: 'vision' }], skipped: [] },
    ]);
    expect((await ask('POST', '/agent', '/agent', '{"action":"restart"}')).status).toBe(400);
    expect((await get('/errors', '/errors?host=beta')).json()).toEqual({ groups: [], dropped: [] });
    await eventually(async () => (await cli<{ ready: boolean }[]>('agents')).every(({ ready }) => ready));
  });

  it('long lists come in parts, each once', async () => {
    const whole = (await get('/agents')).json<object[]>();
    const all = async (documented: string, first: string): Promise<unknown[]> => {
      const found: unknown[] = [];
      for (let path: string | undefined = first; path !== undefined;) {
        const answer: Answer = await get(documented, path);
        const list = answer.json<unknown[]>();
        found.push(...list);
        path = list.length === 0 ? undefined : /^<(.*)>; rel="next"$/.exec(answer.link ?? '')?.[1];
      }
      return found;
    };
    const ids = (list: readonly unknown[]): unknown[] => list.map((one) => (one as { id: string }).id);
    expect((await all('/agents', '/agents?limit=1')).length).toBe(whole.length);
    expect(await all('/releases', '/releases?limit=1')).toHaveLength(2);
    expect(await all('/deliveries', '/deliveries?limit=1')).toEqual((await get('/deliveries')).json());
    expect(ids(await all('/rollouts', '/rollouts?limit=1'))).toEqual(ids(await cli<object[]>('rollout', 'ls')));
    const history = ids((await get('/events', '/events?limit=1000')).json<object[]>());
    const later = ids(await all('/events', `/events?after=${String(history[0])}&limit=3`));
    expect(later.slice(0, history.length - 1)).toEqual(history.slice(1));
    const ofOne = (await get('/events', `/events?rollout=${failed}&limit=1000`)).json<{ rollout: string }[]>();
    expect(new Set(ofOne.map(({ rollout }) => rollout))).toEqual(new Set([failed]));
  });

  it('figures of the last hour are there, of hosts and of the agents that are asked for', async () => {
    interface Figures {
      readonly at: readonly number[];
      readonly fleet: { readonly ready: readonly number[] };
      readonly hosts: readonly { readonly host: string; readonly memory_percent: readonly (number | null)[] }[];
      readonly agents: readonly { readonly agent: string; readonly memory_bytes: readonly (number | null)[] }[];
    }
    const found = await eventually(
      async () => {
        const figures = (await get('/history', '/history?agents=true&host=alpha')).json<Figures>();
        return figures.agents.some(({ memory_bytes: bytes }) => bytes.some((one) => one !== null)) && figures;
      },
      { timeoutMs: 60_000, describe: 'a point with agents in it' },
    );
    expect(found.hosts.map(({ host }) => host)).toEqual(['alpha']);
    expect(found.agents.map(({ agent }) => agent).sort()).toEqual(['talker', 'vision']);
    for (const column of [found.fleet.ready, ...found.hosts.map((host) => host.memory_percent)])
      expect(column).toHaveLength(found.at.length);
    const whole = (await get('/history')).json<Figures>();
    expect([whole.hosts.length, whole.agents]).toEqual([2, []]);
  }, 90_000);

  it('rollouts that have ended, in small', async () => {
    const list = (await get('/deliveries')).json<object[]>();
    expect(list).toMatchObject([
      { rollout: failed, app: APP, version: '2.0.0', from: '1.0.0', result: 'rolled_back' },
      { app: APP, version: '1.0.0', result: 'succeeded', failed_at: null },
    ]);
    expect((await get('/deliveries', '/deliveries?app=other')).json()).toEqual([]);
  });

  it.each([
    ['/status', '/status?fresh=1', /^fresh: this parameter is not known; there is none here\.$/],
    ['/agents', '/agents?hosts=beta', /^hosts: .* Did you mean "host"\?$/],
    ['/agents', '/agents?host=../x', /^host: /],
    ['/agents', '/agents?host=', /^host: it is empty/],
    ['/agents', '/agents?host=gamma', /^host: gamma is no host of this fleet/],
    ['/agents', '/agents?limit=0', /^limit: expected is a number from 1 to/],
    ['/agents', '/agents?limit=1&limit=2', /^limit: it is given twice\.$/],
    ['/hosts', '/hosts?offset=-1', /^offset: /],
    ['/events', '/events?limit=many', /^limit: /],
    ['/events', '/events?rollout=7', /^rollout: /],
    ['/releases', '/releases?app=A', /^app: /],
    ['/releases/{version}', '/releases/%2e%2e%2fx', /^version: /],
    ['/rollouts', '/rollouts?before=x', /^before: /],
    ['/rollout', '/rollout?rollout=x', /^rollout: /],
    ['/plan', '/plan', /^version: it is missing\.$/],
    ['/plan', '/plan?version=1.0.0&strategy=careful', /^strategy: /],
    ['/plan', '/plan?version=1.0.0&skip_down=yes', /^skip_down: /],
    ['/plan', '/plan?version=1.0.0&bake=soon', /^bake: /],
    ['/plan', '/plan?version=1.0.0&canary=some', /^canary: expected is a number from 0 to/],
    ['/plan', '/plan?version=1.0.0&max_parallel=0', /^max_parallel: expected is a number from 1 to/],
    ['/plan', '/plan?version=1.0.0&label=zone', /^label: Expected is KEY=VALUE/],
    ['/plan', '/plan?version=1.0.0&label=a=1,a=2', /^label: a can't be 1 and 2 on one host/],
    ['/plan', '/plan?version=1.0.0&confirm_within=1ms', /^confirm_within_ms: /],
    ['/plan', '/plan?version=1.0.0&maxparallel=2', /^maxparallel: .* Did you mean "max_parallel"\?$/],
    ['/logs', '/logs?agent=talker&follow=please', /^follow: /],
    ['/logs', '/logs', /^agent: it is missing\.$/],
    ['/logs', '/logs?agent=talker&n=0', /^n: /],
    ['/report', '/report?since=500d', /^since: /],
    ['/deliveries', '/deliveries?since=500d', /^since: /],
    ['/deliveries', '/deliveries?limit=5000', /^limit: /],
    ['/history', '/history?agents=all', /^agents: /],
    ['/history', '/history?since=1h', /^since: this parameter is not known/],
    ['/report', '/report?since=yesterday', /^since: /],
    ['/errors', '/errors?since=soon', /^since: /],
    ['/errors', '/errors?severity=bad', /^severity: /],
    ['/health', '/health?x=1', /^x: /],
    ['/openapi.json', '/openapi.json?x=1', /^x: /],
  ])('%s refuses %s', async (documented, path, sentence) => {
    const answer = await get(documented, path);
    expect(answer.status).toBe(400);
    const { error } = answer.json<{ error: string }>();
    expect(error).toMatch(sentence);
    expect(error).not.toContain('\n');
  });

  it.each([
    ['/releases/{version}', '/releases/9.9.9'],
    ['/rollout', '/rollout?rollout=r99999'],
    ['/events', '/events?after=gone'],
    ['/plan', '/plan?version=9.9.9'],
  ])('%s: %s is not there', async (documented, path) => {
    expect((await get(documented, path)).status).toBe(404);
  });

  it('what changes something or may show secrets needs the token', async () => {
    const guarded = against.operations.filter(([, , { security }]) => security !== undefined);
    expect(guarded.map(([method, path]) => `${method} ${path}`).sort()).toEqual([
      ...['GET /logs', 'GET /plan', 'GET /releases/{version}', 'POST /agent'],
      ...['POST /plan/rollback', 'POST /rollback', 'POST /rollout'],
    ]);
    for (const [method, path] of guarded) {
      const answer = await send(method, path.replace('{version}', '1.0.0'));
      against.check(method, path, answer);
      expect(answer.status).toBe(401);
    }
    const evil = await send('GET', '/hosts', { host: 'evil.example' });
    against.check('GET', '/hosts', evil);
    expect(evil.status).toBe(403);
  });

  it('what is said to rollouts', async () => {
    for (const [body, status] of [
      [{ action: 'jump' }, 400],
      [{ action: 'pause', app: 7 }, 400],
      [{ action: 'pause', when: 'now' }, 400],
      [{ action: 'pause' }, 409],
      [{ action: 'pause', app: 'x'.repeat(100_000) }, 413],
    ] as const) {
      expect((await ask('POST', '/rollout', '/rollout', JSON.stringify(body))).status).toBe(status);
    }
    expect((await ask('POST', '/rollback', '/rollback', '{"hosts":"beta"}')).status).toBe(400);
    expect((await ask('POST', '/rollback', '/rollback?now=1')).status).toBe(400);
    expect((await planBack({ hosts: 'beta' })).status).toBe(400);
    const hosts = ['alpha', 'beta'].map((host) => ({ host, app: APP, from: '1.0.0', to: '1.0.0', moves: false }));
    expect((await planBack()).json()).toMatchObject({ possible: false, parts: [{ app: APP, action: 'none', hosts }] });
    await cluster.push('3.0.0', tree(APP, { vision: web(PORT, 3) }));
    const begun = await cluster.cli('rollout', '--version', '3.0.0', '--detach', '--json', '--bake', '300s');
    const { rollout } = begun.json<{ rollout: string }>();
    await eventually(async () => {
      const [part] = (await planBack({ expect_rollout: rollout })).json<{ parts: { hosts: object[] }[] }>().parts;
      expect(part).toMatchObject({ action: 'abort', app: APP, rollout });
      expect(part?.hosts).toEqual([
        { host: 'alpha', app: APP, from: '3.0.0', to: '1.0.0', moves: true },
        { host: 'beta', app: APP, from: '1.0.0', to: '1.0.0', moves: false },
      ]);
    });
    const paused = await ask('POST', '/rollout', '/rollout', JSON.stringify({ action: 'pause', rollout }));
    expect(paused.json()).toMatchObject({ id: rollout, paused: true, answer: expect.any(String) as string });
    expect((await planBack({ expect_rollout: failed })).status).toBe(409);
    expect((await planBack({ to: '1.0.0' })).json()).toMatchObject({ possible: false, parts: [{ action: 'refuse' }] });
    const back = await ask('POST', '/rollback');
    expect([back.status, back.json()['status']]).toEqual([202, 'rollback_initiated']);
    await eventually(
      async () => {
        const { phase } = (await get('/rollout', `/rollout?rollout=${rollout}`)).json<{ phase: string }>();
        await Promise.all(['/status', '/hosts', '/agents', '/rollouts', '/events', '/health'].map((path) => get(path)));
        return phase === 'aborted' || phase === 'rolled_back';
      },
      { timeoutMs: 60_000, describe: 'it is taken back' },
    );
  });
});

it('with Redis away it says so', async () => {
  await cluster.redis.kill();
  await eventually(async () => (await get('/ready')).status === 503, { timeoutMs: 30_000, describe: 'not ready' });
  expect((await get('/rollouts')).status).toBe(503);
  for (const path of ['/report', '/deliveries']) expect((await get(path)).status).toBe(503);
  for (const path of ['/status', '/health', '/hosts', '/agents', '/history', '/metrics', '/livez']) {
    expect((await get(path)).status).toBe(200);
  }
  await cluster.redis.restart();
  await eventually(async () => (await get('/ready')).status === 200, { timeoutMs: 60_000, describe: 'ready again' });
});

describe('logs that are followed', () => {
  const said = (): string => join(cluster.folder, 'said');
  const follow = (query: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const host = `${cluster.layout.network}.1`;
      const path = `/logs?${query}`;
      httpRequest({ host, port: 7779, path, headers: bearer(), agent: false }, resolve).on('error', reject).end();
    });
  const wholeOf = (response: IncomingMessage): { text: string } => {
    const read = { text: '' };
    response.setEncoding('utf8').on('data', (piece: string) => (read.text += piece));
    return read;
  };

  it('come as they are printed, end with their reader and whole with the coordinator', async () => {
    writeFileSync(said(), 'before\n');
    const teller = { command: ['sh', '-c', `exec tail -n +1 -F ${said()}`], hosts: ['beta'], stop_grace_period: '1s' };
    await cluster.push('1.0.0', { app: 'told', agents: { teller } });
    expect((await cluster.rollout('1.0.0', '--app', 'told')).code).toBe(0);
    const [one, other] = [await follow('agent=teller&follow=1'), await follow('agent=teller&n=1&follow=true')];
    const [read, left] = [wholeOf(one), wholeOf(other)];
    await eventually(() => expect(read.text).toContain('"line":"before"'));
    await eventually(() => expect(left.text).toContain('"line":"before"'));
    other.destroy();
    for (const word of ['first', 'second']) {
      appendFileSync(said(), `${word}\n`);
      await eventually(() => expect(read.text).toContain(`"line":"${word}"`));
    }
    expect(left.text).not.toContain('second');
    const ended = once(one, 'end');
    await cluster.coordinator.stop();
    await ended;
    expect(one.complete).toBe(true);
    against.check('GET', '/logs', { status: one.statusCode ?? 0, type: one.headers['content-type'] ?? '', ...read });
    expect(read.text).toMatch(/^(\{"host":"beta","agent":"teller","instance":0,"line":"\w+"\}\n){3}$/);
    cluster.coordinator.start();
    await cluster.ready();
  });

  it('of an agent that there is not are a failure, and no stream', async () => {
    expect((await get('/logs', '/logs?agent=nobody&follow=1')).status).toBe(404);
  });
});

it('each operation was answered well at least once', () => {
  const missed = against.operations
    .map(([method, path]) => `${method} ${path}`)
    .filter((one) => ![...against.seen].some((seen) => new RegExp(`^${one.replace(/[{}]/g, '.')} 2`).test(seen)));
  expect(missed).toEqual([]);
});
