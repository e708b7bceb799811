import { describe, expect, it } from 'vitest';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { closest } from '@outrider/shared/runtime/suggest.js';
import { type PlanInput, planRollout } from './plan.js';
import type { PlanHost } from './plan-host.js';

type Sketch = Partial<HostAgent> & { readonly name: string };

const agent = (sketch: Sketch): HostAgent => ({
  ...{ command: ['true'], hosts: [], replicas: 1, environment: {}, workingDir: '.', dependsOn: [], files: [] },
  ...{ healthchecks: [], restart: { kind: 'always' }, stopSignal: 'SIGTERM', stopGraceMs: 1, order: 'stop-first' },
  ...{ parallelism: 1, sockets: [], fingerprint: 'new' },
  ...sketch,
});

const host = (name: string, patch: Partial<PlanHost> = {}): PlanHost => ({
  ...{ name, address: `10.0.0.${name.length}`, labels: {}, state: 'up' },
  ...patch,
});

const runs = (patch: Partial<AppStatus> = {}): AppStatus => ({
  ...{
    app: 'a',
    phase: 'idle',
    converged: true,
    waitingFor: '',
    active: { version: '1', digest: 'd', specDigest: 's' },
  },
  agents: [{ name: 'vision', fingerprint: 'old', replicas: 1 }],
  ...patch,
});

function plan(agents: readonly HostAgent[], inventory: readonly PlanHost[], patch: Partial<PlanInput> = {}) {
  return planRollout([
    {
      ...{ app: 'a', version: '2', spec: { app: 'a', agents }, inventory, onlyHosts: [], skipDown: false },
      ...{ onlyLabels: {}, orderBy: '', ask: { strategy: 'rolling', autoPromote: false } },
      resolve: (on) => ({
        spec: {
          ...{ app: 'a', version: '2', digest: 'm', environment: 'test', host: on.name, hosts: {} },
          agents: agents.filter((one) => one.hosts.length === 0 || one.hosts.includes(on.name)),
        },
        problems: [],
      }),
      reserved: (on) => [{ address: on.address, port: 7070, owner: "the sidecar's gRPC" }],
      digest: digestOf,
      suggest: closest,
      ...patch,
    },
  ]);
}

const depends = (name: string) => [{ agent: name, condition: 'service_healthy' as const }];
const socket = (listen: string) => [{ name: 'http', listen }];

describe('a plan', () => {
  it('has one wave for each host, by name, with what each agent does', () => {
    const { plan: made, targets } = plan([agent({ name: 'vision' })], [host('pc2', { app: runs() }), host('main')]);
    expect(made.hosts.map((one) => [one.host, one.wave, one.from, one.actions.map(({ action }) => action)])).toEqual([
      ['main', 1, undefined, ['add']],
      ['pc2', 2, '1', ['replace']],
    ]);
    expect(targets.map(({ from }) => from?.version)).toEqual([undefined, '1']);
    expect(made.problems).toEqual([]);
  });

  it('is the same for the same world, and another for another', () => {
    const made = plan([agent({ name: 'vision' })], [host('pc2')]).plan.plan;
    expect(plan([agent({ name: 'vision' })], [host('pc2')]).plan.plan).toBe(made);
    expect(plan([agent({ name: 'vision', fingerprint: 'x' })], [host('pc2')]).plan.plan).not.toBe(made);
  });

  it('leaves out hosts that are as asked, and those that have and get nothing', () => {
    const first = plan([agent({ name: 'vision', hosts: ['pc2'] })], [host('pc2'), host('pc3')]);
    expect(first.targets.map((target) => target.host.name)).toEqual(['pc2']);
    const app = runs({ active: first.targets[0]!.to });
    expect(plan([agent({ name: 'vision', hosts: ['pc2'] })], [host('pc2', { app }), host('pc3')]).targets).toEqual([]);
  });

  it('switches first what others depend on, and stops an agent before it starts elsewhere', () => {
    const across = [
      agent({ name: 'api', hosts: ['a'], dependsOn: depends('db') }),
      agent({ name: 'db', hosts: ['z'] }),
    ];
    expect(plan(across, [host('a'), host('z')]).plan.hosts.map((one) => one.host)).toEqual(['z', 'a']);
    const moved = plan(
      [agent({ name: 'vision', hosts: ['a'] }), agent({ name: 'x' })],
      [host('a'), host('z', { app: runs() })],
    );
    expect(moved.plan.hosts.map((one) => one.host)).toEqual(['z', 'a']);
    const round = [
      agent({ name: 'p', hosts: ['a'], dependsOn: depends('q') }),
      agent({ name: 'q', hosts: ['z'] }),
      agent({ name: 'r', hosts: ['z'], dependsOn: depends('s') }),
      agent({ name: 's', hosts: ['a'] }),
    ];
    expect(plan(round, [host('z'), host('a')]).plan.hosts.map((one) => one.host)).toEqual(['a', 'z']);
  });

  it.each<[string, readonly HostAgent[], readonly PlanHost[], Partial<PlanInput>, RegExp, boolean]>([
    [
      'an unknown host',
      [agent({ name: 'x' })],
      [host('main-pc')],
      { onlyHosts: ['main-cp'] },
      /"main-cp".*Did you mean "main-pc"\?/,
      false,
    ],
    ['no host at all', [agent({ name: 'x' })], [], {}, /No host is known yet/, true],
    [
      'a host in whose place another answers',
      [agent({ name: 'x' })],
      [host('pc2', { state: 'down', mistaken: '10.0.0.11:7070 is main-pc of local, not pc2 of production' })],
      {},
      /is main-pc of local, not pc2 of production/,
      true,
    ],
    ['a host that is down', [agent({ name: 'x' })], [host('pc2', { state: 'down' })], {}, /pc2 .* is down/, true],
    ['no agents anywhere', [agent({ name: 'x', hosts: ['other'] })], [host('pc2')], {}, /no agents on pc2/, false],
    [
      'a circle',
      [agent({ name: 'x', dependsOn: depends('y') }), agent({ name: 'y', dependsOn: depends('x') })],
      [host('pc2')],
      {},
      /x -> y -> x/,
      false,
    ],
    [
      'a port wanted twice',
      [agent({ name: 'x', sockets: socket('127.0.0.1:81') }), agent({ name: 'y', sockets: socket('0.0.0.0:81') })],
      [host('pc2')],
      {},
      /agent y wants 0.0.0.0:81.*agent x/,
      false,
    ],
    [
      'a port of Outrider',
      [agent({ name: 'x', sockets: socket('${OUTRIDER_HOST_ADDRESS}:7070') })],
      [host('pc2')],
      {},
      /10.0.0.3:7070.*sidecar's gRPC/,
      false,
    ],
    [
      'a held host',
      [agent({ name: 'x' })],
      [host('pc2', { hold: { by: 'ada', since: 'now', reason: '' } })],
      {},
      /pc2 is held since now by ada; release it with "coordinator host resume pc2"/,
      true,
    ],
    [
      'a busy host',
      [agent({ name: 'x' })],
      [host('pc2', { app: runs({ phase: 'trial', rollout: 'r3' }) })],
      {},
      /rollout r3/,
      true,
    ],
  ])('says that %s is a problem', (_what, agents, inventory, patch, sentence, world) => {
    const made = plan(agents, inventory, patch);
    expect(made.plan.problems.join('\n')).toMatch(sentence);
    expect(made.plan.problems).toHaveLength(1);
    expect(made.world).toBe(world);
    expect(made.plan.invalid ?? false).toBe(!world);
  });

  it('can leave out what is down', () => {
    const made = plan([agent({ name: 'x' })], [host('pc2', { state: 'down' }), host('pc3')], { skipDown: true });
    expect([made.plan.problems, made.plan.hosts.map((one) => one.host)]).toEqual([[], ['pc3']]);
  });

  it('knows hosts that share a machine from hosts that do not', () => {
    const agents = [agent({ name: 'x', sockets: socket('127.0.0.1:81') })];
    const at = (name: string, address: string, bootId: string): PlanHost => host(name, { address, bootId });
    expect(plan(agents, [at('a', '127.0.0.11', 'b'), at('c', '127.0.0.12', 'b')]).plan.problems).toHaveLength(1);
    expect(plan(agents, [at('a', '10.0.0.1', 'b'), at('c', '10.0.0.2', 'd')]).plan.problems).toEqual([]);
    const own = [agent({ name: 'x', sockets: socket('${OUTRIDER_HOST_ADDRESS}:81') })];
    expect(plan(own, [at('a', '127.0.0.11', 'b'), at('c', '127.0.0.12', 'b')]).plan.problems).toEqual([]);
  });

  it('tells whom --skip-down leaves out', () => {
    const inventory = [host('pc2', { state: 'down' }), host('pc3')];
    const { plan: made } = plan([agent({ name: 'x' })], inventory, { skipDown: true });
    expect(made.notices).toEqual(['Host pc2 is out of reach and is left out, as --skip-down says.']);
    expect(plan([agent({ name: 'x' })], [host('pc3')], { skipDown: true }).plan.notices).toBeUndefined();
  });

  it('refuses hosts that are in the midst of something else, which is no problem to what supersedes it', () => {
    const inventory = [host('pc2', { app: runs({ phase: 'reverting', rollout: 'r6' }) })];
    const { plan: made, world } = plan([agent({ name: 'vision' })], inventory);
    expect(made.problems).toEqual(['Host pc2 is in the middle of rollout r6 (reverting); wait until it has ended.']);
    expect(world).toBe(true);
    const instead = plan([agent({ name: 'vision' })], inventory, { supersede: true }).plan;
    expect(instead.problems).toEqual([]);
    expect(instead.notices?.join()).toMatch(/^Host pc2 is in the middle of rollout r6 .*has to end first/);
  });

  it('refuses an order by a label that no host has', () => {
    const labelled = [host('pc2', { labels: { ord: '1' } }), host('pc3')];
    expect(plan([agent({ name: 'x' })], labelled, { orderBy: 'ord' }).plan.problems).toEqual([]);
    const { plan: made, world } = plan([agent({ name: 'x' })], labelled, { orderBy: 'ordd' });
    expect(made.problems.join()).toMatch(/^--order-by: no host has the label "ordd"\. .*"coordinator hosts"/);
    expect(world).toBe(false);
  });
});
