/** Properties of what hosts run where only some agents come to a release. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dependency, HostAgent } from '@outrider/shared/domain/agent.js';
import { diffAgents } from '@outrider/shared/domain/agent-diff.js';
import { keptReleases, releaseOf } from '@outrider/shared/domain/agent-release.js';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { compose, isConcerned, isMixed, sameAgents } from './compose.js';

const NAMES = ['vision', 'speech', 'memory', 'router'];

const agent = (name: string, fingerprint: string, dependsOn: readonly Dependency[] = []): HostAgent => ({
  ...{ name, command: [name, fingerprint], hosts: [], replicas: 1, environment: {}, workingDir: '.', files: [] },
  ...{ healthchecks: [], restart: { kind: 'always' }, stopSignal: 'SIGTERM', stopGraceMs: 1, order: 'stop-first' },
  ...{ parallelism: 1, sockets: [], dependsOn, fingerprint },
});

const spec = (version: string, agents: readonly HostAgent[]): HostSpec => ({
  ...{ app: 'a', version, digest: `d${version}`, environment: 'test', host: 'alpha', hosts: { alpha: version } },
  agents,
});

const VERSIONS = ['1', '2', '3', '4'];
/** Plain releases: any agents, in any order, of three kinds of code. */
const releases = fc.tuple(
  ...VERSIONS.map((version) =>
    fc
      .tuple(fc.shuffledSubarray(NAMES), fc.array(fc.constantFrom('x', 'y', 'z'), { minLength: 4, maxLength: 4 }))
      .map(([names, code]) =>
        spec(
          version,
          names.map((name, index) => agent(name, code[index] ?? 'x')),
        ),
      ),
  ),
);
const step = fc.record({ to: fc.nat({ max: VERSIONS.length - 1 }), named: fc.subarray(NAMES, { minLength: 1 }) });
const steps = fc.array(step, { minLength: 1, maxLength: 6 });

const some = (target: HostSpec, running: HostSpec, named: readonly string[]): HostSpec =>
  compose({ target, running, named: new Set(named), digest: digestOf });

/** What each step leads to, from the first release on. */
function walk(plain: readonly HostSpec[], taken: readonly { to: number; named: readonly string[] }[]): HostSpec[] {
  const all = [plain[0] as HostSpec];
  for (const { to, named } of taken) all.push(some(plain[to] as HostSpec, all.at(-1) as HostSpec, named));
  return all;
}

const find = ({ agents }: HostSpec, name: string): HostAgent | undefined => agents.find((one) => one.name === name);

describe('whatever was done before', () => {
  it('all agents named is the release itself, to the byte', () => {
    fc.assert(
      fc.property(releases, steps, fc.nat({ max: 3 }), (plain, taken, last) => {
        const running = walk(plain, taken).at(-1) as HostSpec;
        const target = plain[last] as HostSpec;
        expect(canonicalJson(some(target, running, NAMES))).toBe(canonicalJson(target));
      }),
    );
  });

  it('an agent that is not named stays: settings, fingerprint, replicas and release', () => {
    fc.assert(
      fc.property(releases, steps, (plain, taken) => {
        const all = walk(plain, taken);
        taken.forEach(({ named }, index) => {
          const [before, after] = [all[index] as HostSpec, all[index + 1] as HostSpec];
          for (const name of NAMES.filter((one) => !named.includes(one))) {
            const [old, now] = [find(before, name), find(after, name)];
            expect(now === undefined).toBe(old === undefined);
            if (old === undefined || now === undefined) continue;
            expect({ ...now, release: releaseOf(after, now) }).toEqual({ ...old, release: releaseOf(before, old) });
          }
          const moved = diffAgents(before.agents, after.agents).filter(({ action }) => action !== 'keep');
          expect(moved.filter((one) => !named.includes(one.agent))).toEqual([]);
        });
      }),
    );
  });

  it('a named agent is as the release has it: there, other, or gone', () => {
    fc.assert(
      fc.property(releases, steps, (plain, taken) => {
        const all = walk(plain, taken);
        taken.forEach(({ to, named }, index) => {
          const [target, after] = [plain[to] as HostSpec, all[index + 1] as HostSpec];
          for (const name of named) expect(find(after, name)).toEqual(find(target, name));
          expect([after.version, after.digest, after.hosts]).toEqual([target.version, target.digest, target.hosts]);
        });
      }),
    );
  });

  it('the same again is the same, and the way back is what was', () => {
    fc.assert(
      fc.property(releases, steps, step, (plain, taken, { to, named }) => {
        const before = walk(plain, taken).at(-1) as HostSpec;
        const after = some(plain[to] as HostSpec, before, named);
        expect(canonicalJson(some(plain[to] as HostSpec, after, named))).toBe(canonicalJson(after));
        const back = some(before, after, named);
        expect(canonicalJson(back)).toBe(canonicalJson(before));
        expect(sameAgents(back, before)).toBe(true);
      }),
    );
  });

  it('names another release only where one is kept, and each of these trees once', () => {
    fc.assert(
      fc.property(releases, steps, (plain, taken) => {
        const after = walk(plain, taken).at(-1) as HostSpec;
        const others = after.agents.map((one) => releaseOf(after, one)).filter(({ digest }) => digest !== after.digest);
        expect(isMixed(after)).toBe(others.length > 0);
        expect(new Set(keptReleases(after).map(({ digest }) => digest))).toEqual(
          new Set(others.map(({ digest }) => digest)),
        );
        expect(keptReleases(after).length).toBe(new Set(others.map(({ digest }) => digest)).size);
      }),
    );
  });
});

describe('an agent that starts anew after another', () => {
  const after = (name: string): Dependency[] => [{ agent: name, condition: 'service_healthy', restart: true }];
  const before = spec('1', [agent('speech', 's1'), agent('memory', 'm1', after('speech')), agent('vision', 'v1')]);
  const next = spec('2', [agent('speech', 's2'), agent('memory', 'm2', after('speech')), agent('vision', 'v2')]);

  it('is replaced with it, and stays of its own release', () => {
    const made = some(next, before, ['speech']);
    const memory = find(made, 'memory');
    expect(memory).toMatchObject({ command: ['memory', 'm1'], release: { version: '1', digest: 'd1' } });
    expect(diffAgents(before.agents, made.agents).map((one) => [one.agent, one.action])).toEqual([
      ['speech', 'replace'],
      ['vision', 'keep'],
      ['memory', 'replace'],
    ]);
    expect(find(some(next, made, ['vision']), 'memory')).toEqual(memory);
  });

  it('is kept where that one is', () => {
    expect(find(some(next, before, ['vision']), 'memory')?.fingerprint).toBe('m1');
  });
});

it('a host that neither has nor would get a named agent is not concerned', () => {
  const [target, running] = [spec('2', [agent('vision', 'x')]), spec('1', [agent('speech', 'x')])];
  const concerned = (...named: string[]): boolean => isConcerned({ target, running, named: new Set(named) });
  expect([concerned('vision'), concerned('speech'), concerned('memory')]).toEqual([true, true, false]);
});

it('where nothing runs yet, the named agents come alone', () => {
  const target = spec('2', [agent('vision', 'x'), agent('speech', 'x')]);
  expect(compose({ target, named: new Set(['speech']), digest: digestOf }).agents.map(({ name }) => name)).toEqual([
    'speech',
  ]);
});
