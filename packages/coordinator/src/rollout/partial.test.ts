/** What speaks against bringing only some agents to a release, each as one sentence. */
import { expect, it } from 'vitest';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { closest } from '@outrider/shared/runtime/suggest.js';
import { composeHosts, type PartialHost } from './partial.js';

const agent = (name: string, fingerprint: string, ...needs: readonly string[]): HostAgent =>
  ({
    ...{ name, fingerprint, replicas: 1 },
    dependsOn: needs.map((need) => ({ agent: need, condition: 'service_healthy' })),
  }) as unknown as HostAgent;

const spec = (version: string, host: string, ...agents: readonly HostAgent[]): HostSpec => ({
  ...{ app: 'a', version, digest: `d${version}`, environment: 'test', host, hosts: {}, agents },
});

const host = (name: string, target: HostSpec | undefined, running?: HostSpec, patch: object = {}): PartialHost => ({
  ...{ name, canMix: true, agents: (running?.agents ?? []).map((one) => one.name) },
  ...(target === undefined ? {} : { target }),
  ...(running === undefined ? {} : { running }),
  ...patch,
});

const compose = (agents: readonly string[], ...hosts: readonly PartialHost[]) =>
  composeHosts(hosts, {
    ...{ agents, app: 'a', version: '2', digest: digestOf, suggest: closest },
    declared: hosts.flatMap(({ target }) => (target?.agents ?? []).map(({ name }) => name)),
  });

const ONE = spec('1', 'alpha', agent('vision', 'v1'), agent('memory', 'm1', 'speech'), agent('speech', 's1'));
const TWO = spec('2', 'alpha', agent('vision', 'v2'), agent('memory', 'm2', 'index'), agent('index', 'i2'));

it('nothing does where what is needed is there', () => {
  const { problems, passing, specs } = compose(['vision'], host('alpha', TWO, ONE));
  expect([problems, passing]).toEqual([[], []]);
  expect(specs.get('alpha')?.agents.map(({ name, release }) => [name, release?.version])).toEqual([
    ['vision', undefined],
    ['memory', '1'],
    ['speech', '1'],
  ]);
});

it.each([
  [['visoin'], 'Did you mean "vision"?', /^--agents names "visoin", which is neither in 2 nor in what runs\. /],
  [['zzz'], 'Known agents: vision, memory, index, speech.', /^--agents names "zzz"/],
  [['memory'], '--agents memory,index.', /^On alpha, memory 2 needs index, which runs nowhere yet\. Name it too/],
  [
    ['speech'],
    'Name memory too, or leave speech out.',
    /^On alpha, memory 1 needs speech, which is not in 2\. Name memory/,
  ],
])('%s', (named, remedy, expected) => {
  const { problems } = compose(named, host('alpha', TWO, ONE));
  expect(problems).toEqual([expect.stringMatching(expected)]);
  expect(problems[0]).toContain(remedy);
});

it('a need is met by another host too', () => {
  const beta = spec('1', 'beta', agent('index', 'i1'), agent('speech', 's1'));
  expect(compose(['memory'], host('alpha', TWO, ONE), host('beta', undefined, beta)).problems).toEqual([]);
  expect(compose(['speech'], host('alpha', TWO, ONE), host('beta', undefined, beta)).problems).toEqual([]);
});

it('an agent that only a host has that was not chosen is said to be there', () => {
  const beta = spec('1', 'beta', agent('index', 'i1'));
  expect(compose(['index'], host('alpha', ONE, ONE), host('beta', undefined, beta)).problems).toEqual([
    '--agents names "index", which none of the hosts alpha runs or would get.',
  ]);
});

it('agents of two releases that would need each other in a circle', () => {
  const [one, two] = [
    spec('1', 'alpha', agent('a', 'a1', 'b'), agent('b', 'b1')),
    spec('2', 'alpha', agent('a', 'a2'), agent('b', 'b2', 'a')),
  ];
  expect(compose(['b'], host('alpha', two, one)).problems).toEqual([
    expect.stringMatching(
      /^On alpha, agents of both releases would need each other in a circle: (a -> b -> a|b -> a -> b)\.$/,
    ),
  ]);
});

it('a host that no named agent concerns stays as it is, whatever is not known of it', () => {
  const beta = spec('1', 'beta', agent('router', 'r1'));
  const made = compose(
    ['vision'],
    host('alpha', TWO, ONE),
    host('beta', spec('2', 'beta', agent('router', 'r2')), beta),
  );
  expect([...made.specs.keys()]).toEqual(['alpha']);
  const lost = host('beta', spec('2', 'beta'), undefined, { running: 'It is lost.', agents: ['router'] });
  expect(compose(['vision'], host('alpha', TWO, ONE), lost)).toMatchObject({ problems: [], passing: [] });
});

it('a host whose present spec nobody knows, and one that can not keep agents of another release', () => {
  const lost = host('alpha', TWO, undefined, { running: 'It is lost.', agents: ['vision', 'memory', 'speech'] });
  expect(compose(['vision'], lost).passing).toEqual(['It is lost.']);
  expect(compose(['vision'], host('alpha', TWO, ONE, { canMix: false })).passing).toEqual([
    'The sidecar of alpha is of a version that cannot keep agents of another release. Update it, or leave out --agents.',
  ]);
  const all = ['vision', 'memory', 'speech', 'index'];
  expect(compose(all, host('alpha', TWO, ONE, { canMix: false })).passing).toEqual([]);
});
