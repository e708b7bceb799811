/** A rollback of some agents only: they become what they were, all others stay as they run on each host. */
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { closest } from '@outrider/shared/runtime/suggest.js';
import { isMixed, sameAgents } from '../rollout/compose.js';
import { composeHosts, type PartialHost } from '../rollout/partial.js';
import { knownSpec } from './known-spec.js';
import type { FleetHost } from './ports.js';
import type { RollbackOptions, RollbackTarget, Standing } from './rollback-planner.js';
import { remember } from './remember.js';

export interface SomeBack {
  readonly app: string;
  readonly agents: readonly string[];
  /** Empty: each host's previous release. */
  readonly to: string;
  readonly standing: readonly Standing[];
  /** Where the hosts would go with all of their agents. */
  readonly whole: readonly RollbackTarget[];
}

interface Pair {
  readonly target: RollbackTarget;
  readonly host: FleetHost;
  readonly before: HostSpec;
  readonly after: HostSpec;
}

/** Changes `specs`: what a host has to be given is added. @throws OutriderError where nothing can go back. */
export async function someBack(
  ask: SomeBack,
  specs: Map<string, string>,
  options: RollbackOptions,
): Promise<readonly RollbackTarget[]> {
  const pairs = (await Promise.all(ask.whole.map((target) => pairOf(target, ask, specs, options)))).flat();
  const composed = composedOf(pairs, ask, options);
  const changed = pairs.filter(({ host, before }) => {
    const spec = composed.get(host.name);
    return spec !== undefined && !sameAgents(spec, before);
  });
  if (changed.length === 0 && ask.to === '') refuseSame(pairs, ask.agents);
  return changed.map(({ target, host, after }) => {
    const spec = composed.get(host.name) ?? after;
    const specDigest = remember(spec, specs);
    if (specDigest === target.to.specDigest) return target;
    const { version, digest } = spec;
    return { ...target, to: { version, digest, specDigest }, staged: false };
  });
}

async function pairOf(
  target: RollbackTarget,
  { app, agents, standing }: SomeBack,
  specs: ReadonlyMap<string, string>,
  options: RollbackOptions,
): Promise<readonly Pair[]> {
  const found = standing.find(({ host }) => host.name === target.host);
  if (found === undefined || target.from === undefined) return [];
  const wanted = specs.get(target.to.specDigest);
  const [before, after] = await Promise.all([
    knownSpec(target.host, app, target.from, options),
    wanted === undefined ? knownSpec(target.host, app, target.to, options) : (JSON.parse(wanted) as HostSpec),
  ]);
  if (typeof before !== 'string' && typeof after !== 'string') return [{ target, host: found.host, before, after }];
  // As far as anybody can tell, it has none of them.
  if (!found.app.agents.some(({ name }) => agents.includes(name))) return [];
  const why = [before, after].find((found) => typeof found === 'string') ?? '';
  throw new OutriderError('unavailable', why);
}

function composedOf(
  pairs: readonly Pair[],
  { app, agents, to }: SomeBack,
  { fleet }: RollbackOptions,
): ReadonlyMap<string, HostSpec> {
  const hosts = fleet.hosts().map((host): PartialHost => {
    const pair = pairs.find((one) => one.host.name === host.name);
    return {
      name: host.name,
      canMix: host.status?.mixesReleases === true,
      agents: (statusOf(host, app)?.agents ?? []).map(({ name }) => name),
      ...(pair === undefined ? {} : { target: pair.after, running: pair.before }),
    };
  });
  const declared = pairs.flatMap(({ before, after }) => [...before.agents, ...after.agents].map(({ name }) => name));
  const version = to === '' ? 'the release before' : (pairs[0]?.after.version ?? to);
  const { specs, problems, passing } = composeHosts(hosts, {
    ...{ agents, app, version, declared, digest: digestOf, suggest: closest },
  });
  if (problems.length > 0) throw new OutriderError('invalid', problems.join('\n'));
  if (passing.length > 0) throw new OutriderError('refused', passing.join('\n'));
  return specs;
}

function refuseSame(pairs: readonly Pair[], agents: readonly string[]): never {
  const hosts = pairs.map(({ host }) => host.name).join(', ');
  throw new OutriderError(
    'refused',
    `There is nothing to go back to: ${agents.join(', ')} ${agents.length === 1 ? 'is' : 'are'} the same in the release ` +
      `before on ${hosts}. Say where to go with --to.`,
  );
}

const statusOf = (host: FleetHost, app: string): AppStatus | undefined =>
  host.status?.apps.find((status) => status.app === app);

/** A release that is all of one version, as far as it is known: of what nobody has any more, nothing else is assumed. */
export async function isWhole(
  host: string,
  app: string,
  release: ReleaseRef,
  options: RollbackOptions,
): Promise<boolean> {
  const found = await knownSpec(host, app, release, options);
  return typeof found === 'string' || !isMixed(found);
}
