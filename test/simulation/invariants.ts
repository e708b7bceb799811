/** What has to hold of every rollout, whatever befalls it: each rule has a name, and says what is wrong in a sentence. */
import type { Decision, RolloutEvent } from '@outrider/coordinator/rollout/decision.js';
import { explain } from '@outrider/coordinator/rollout/explain.js';
import { notUndone } from '@outrider/coordinator/rollout/hooks.js';
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import { exitCodeOf, hasEnded, type Rollout, type RolloutHost } from '@outrider/shared/domain/rollout.js';
import { hostNames, sameHost } from '@outrider/shared/domain/rollout-place.js';
import type { RealHost } from './real-host.js';

/** A rollout that is over, and the hosts as they are some time later. */
export interface Ending {
  readonly rollout: Rollout;
  /** In the order of the rollout's. */
  readonly hosts: readonly RealHost[];
  /** The last event that was told of it. */
  readonly lastEvent: string | undefined;
  readonly mostSwitching: number;
  readonly allowed: number;
}

type EndRule = (ending: Ending) => string | undefined;
type DecisionRule = (before: Rollout, decision: Decision, event: RolloutEvent) => string | undefined;

const runsOn = (host: RealHost, release: ReleaseRef | undefined): boolean => sameRelease(host.active, release);

/** It ran this before; of a first release: nothing, or a release of nothing. */
const isAsBefore = (host: RealHost, { from }: RolloutHost): boolean =>
  from === undefined ? host.active === undefined || host.active.version === 'none' : runsOn(host, from);

/** It was said that it is not where it should be. */
const isNamed = ({ state }: RolloutHost): boolean => state === 'failed' || state === 'unreachable';

const each = (ending: Ending, rule: (told: RolloutHost, real: RealHost) => string | undefined): string | undefined => {
  for (const [index, told] of ending.rollout.hosts.entries()) {
    const real = ending.hosts[index];
    const broken = real === undefined ? undefined : rule(told, real);
    if (broken !== undefined) return broken;
  }
  return undefined;
};

/** Judged when the rollout is over and the hosts have come to rest. */
export const END_RULES: Readonly<Record<string, EndRule>> = {
  'every rollout ends': ({ rollout }) => (hasEnded(rollout.phase) ? undefined : `it is still ${rollout.phase}`),

  'one active release': (ending) =>
    each(ending, (told, real) => {
      if (real.candidate !== undefined) return `${told.host} still tries ${real.candidate.version}`;
      if (isNamed(told) || real.phase === 'reverting') return undefined;
      const running = real.agents.running;
      const wanted = real.active === undefined || real.active.version === 'none' ? [] : [real.active.specDigest];
      // An agent that dies again and again is not running at times; nothing else may.
      const isTrying = running.length === 0 && real.agents.judge().state !== 'converged';
      return isTrying || running.join() === wanted.join()
        ? undefined
        : `${told.host} runs ${running.join(' and ') || 'nothing'}, and ${wanted.join() || 'nothing'} is active`;
    }),

  'all new, or all as before': (ending) => {
    const { phase, kind, options } = ending.rollout;
    return each(ending, (told, real) => {
      if (phase === 'succeeded') return runsOn(real, told.to) ? undefined : `${told.host} has not the new release`;
      if (phase === 'stuck' || kind === 'rollback') return undefined;
      if (told.stays === true && told.state === 'committed') {
        if (phase !== 'rolled_back' || options.onFailure !== 'rollback-host') return `${told.host} may not stay`;
        return runsOn(real, told.to) ? undefined : `${told.host} was to keep the new release`;
      }
      return isAsBefore(real, told) ? undefined : `${told.host} is not on what it came from`;
    });
  },

  'a host keeps all its apps, or none': (ending) => {
    const { rollout } = ending;
    if (rollout.phase !== 'rolled_back') return undefined;
    const kept = rollout.hosts.filter(({ state }) => state === 'committed');
    const apart = rollout.hosts.find((one) => one.state !== 'committed' && kept.some((other) => sameHost(one, other)));
    return apart === undefined ? undefined : `${apart.host} is ${apart.state}, and another app of its host was kept`;
  },

  'what is not as it should be is said': (ending) => {
    const { rollout } = ending;
    if (rollout.phase !== 'stuck') return undefined;
    const left = rollout.kind === 'rollout' ? notUndone(rollout) : [];
    const untold = left.find((sentence) => !(rollout.reason ?? '').includes(sentence));
    if (untold !== undefined) return `its reason does not say that ${untold}`;
    if (left.length === 0 && !rollout.hosts.some(isNamed)) return 'it is stuck, and on no host';
    const silent = rollout.hosts.find((host) => isNamed(host) && !(rollout.reason ?? '').includes(host.host));
    if (silent !== undefined && rollout.kind === 'rollout') return `its reason does not name ${silent.host}`;
    return each(ending, (told, real) => {
      if (isNamed(told) || !told.touched) return undefined;
      if (told.state === 'committed') return runsOn(real, told.to) ? undefined : `${told.host} has not the new release`;
      if (told.state !== 'reverted') return `${told.host} was left ${told.state}`;
      return isAsBefore(real, told) ? undefined : `${told.host} is not on what it came from`;
    });
  },

  'never more hosts at once than allowed': ({ mostSwitching, allowed }) =>
    mostSwitching <= allowed ? undefined : `${mostSwitching} hosts switched at once, ${allowed} may`,

  'the exit code tells the truth': (ending) => {
    const { rollout, hosts } = ending;
    const code = exitCodeOf(rollout);
    const isNew = rollout.hosts.every(({ to }, index) => hosts[index] !== undefined && runsOn(hosts[index], to));
    if (code === 0) return isNew ? undefined : 'it says 0, and not all hosts have the new release';
    if (rollout.kind === 'rollout' && code === 20 && isNew) return 'it says 20, and all hosts have the new release';
    const expected = { rolled_back: 20, aborted: 21, stuck: 22 } as Readonly<Record<string, number>>;
    return code === expected[rollout.phase] ? undefined : `it says ${code}, and the rollout is ${rollout.phase}`;
  },

  'the last event tells the end': ({ rollout, lastEvent }) =>
    lastEvent === undefined || lastEvent === `rollout.${rollout.phase}`
      ? undefined
      : `it is ${rollout.phase}, and ${lastEvent} was told`,

  'its sentence tells the end': ({ rollout }) => {
    const words = { succeeded: 'succeeded', rolled_back: 'taken back', aborted: 'aborted', stuck: 'stuck' };
    const word = words[rollout.phase as keyof typeof words] as string | undefined;
    return word === undefined || explain(rollout).includes(word) ? undefined : `"${explain(rollout)}"`;
  },
};

/** Each once, whichever of its apps is meant. */
const hostsAmong = (rollout: Rollout, keys: readonly string[]): readonly string[] =>
  hostNames(rollout.hosts.filter(({ host }) => keys.includes(host)));

const hostIn = (rollout: Rollout, name: string): RolloutHost | undefined =>
  rollout.hosts.find(({ host }) => host === name);

/** Commands that bring a host to the release that is tried. */
const tries = ({ rollout, effects }: Decision): readonly (RolloutHost & { readonly isNew: true })[] =>
  rollout.kind === 'rollback'
    ? []
    : effects.flatMap(({ host, kind, confirmWithinMs }) => {
        const told = hostIn(rollout, host);
        return kind === 'switch' && confirmWithinMs > 0 && told !== undefined
          ? [{ ...told, isNew: true as const }]
          : [];
      });

/** Judged at each decision. */
export const DECISION_RULES: Readonly<Record<string, DecisionRule>> = {
  'nothing is switched in a pause': (before, decision) => {
    const [first] = before.paused && decision.rollout.paused ? tries(decision) : [];
    return first === undefined ? undefined : `${first.host} was switched`;
  },

  'a pause by hand is ended by hand': (before, { rollout }, { kind }) => {
    const { phase, holding, pausedBy } = rollout;
    if (hasEnded(phase) || phase === 'rolling_back' || holding !== undefined) return undefined;
    if (kind === 'pause' && pausedBy === undefined) return 'it was forgotten';
    const isHand = kind === 'resume' || kind === 'abort';
    return before.pausedBy !== undefined && pausedBy === undefined && !isHand ? `it was ended by ${kind}` : undefined;
  },

  'no wave begins on a host that comes and goes': (_, decision) => {
    const restless = tries(decision).find(({ unsteady }) => unsteady === true);
    return restless === undefined ? undefined : `${restless.host} was switched`;
  },

  // Who is under way since its other host was lost, and is told again, arrives no sooner by that.
  'what moves leaves before it arrives': (before, { rollout, effects }) => {
    const unready = (name: string): boolean =>
      ['staging', 'staged', 'switching'].includes(hostIn(rollout, name)?.state ?? '');
    const early = effects.find(
      ({ host, kind }) =>
        kind === 'switch' &&
        rollout.kind === 'rollback' &&
        hostIn(before, host)?.state !== 'switching' &&
        hostIn(rollout, host)?.after?.some(unready) === true,
    );
    return early === undefined ? undefined : `${early.host} was switched too early`;
  },

  'a hold is a hold': (before, { rollout, effects }, { kind }) => {
    const holds = before.holding !== undefined && rollout.holding !== undefined;
    if (holds && effects.length > 0) return `${effects[0]?.host ?? ''} was told to ${effects[0]?.kind ?? ''}`;
    const isFree = kind === 'resume' || kind === 'abort' || (kind === 'report' && rollout.abortedBy !== undefined);
    return before.holding !== undefined && rollout.holding === undefined && !isFree
      ? `it was ended by ${kind}`
      : undefined;
  },

  'nothing beyond the canary before it is promoted': (_, decision) => {
    const { awaitPromotion, canaryWave = 0 } = decision.rollout.options;
    if (awaitPromotion !== true || decision.rollout.promotedBy !== undefined) return undefined;
    const early = tries(decision).find(({ wave }) => wave > canaryWave);
    return early === undefined ? undefined : `${early.host} was switched`;
  },

  'one wave at a time': (_, decision) => {
    for (const { host, wave } of tries(decision)) {
      const other = decision.rollout.hosts.find((one) => one.state === 'switching' && one.wave !== wave);
      if (other !== undefined) return `${host} was switched while ${other.host} was`;
    }
    return undefined;
  },

  'a host is switched with all its apps': (_, decision) => {
    for (const told of tries(decision)) {
      const left = decision.rollout.hosts.find((one) => one.state === 'staged' && sameHost(one, told));
      if (left !== undefined) return `${told.host} was switched without ${left.host}`;
    }
    return undefined;
  },

  'a host goes back with all its apps': (before, { rollout, effects }) => {
    if (rollout.phase !== 'rolling_back') return undefined;
    const told = effects.filter(({ kind }) => kind !== 'commit').map(({ host }) => hostIn(rollout, host));
    for (const entry of told) {
      if (entry === undefined || isNamed(hostIn(before, entry.host) ?? entry)) continue;
      const left = rollout.hosts.find((one) => {
        const isOpen = one.state === 'trial' || one.state === 'switching' || one.state === 'committed';
        return one.touched && isOpen && sameHost(one, entry);
      });
      if (left !== undefined) return `${entry.host} was told without ${left.host}`;
    }
    return undefined;
  },

  'committed only when all have baked': (before, { rollout, effects }, { at }) => {
    if (before.phase === 'committing' || rollout.kind === 'rollback') return undefined;
    const told = effects.filter(({ kind }) => kind === 'commit').map(({ host }) => host);
    if (told.length === 0) return undefined;
    const early = rollout.hosts.find(({ state }) => state === 'staged');
    const { commit, onFailure } = rollout.options;
    if (commit === 'together' && onFailure !== 'rollback-host' && early !== undefined) {
      return `${early.host} had no trial yet`;
    }
    if (rollout.phase === 'rolling_back') return undefined;
    const unwell = told.find((host) => hostIn(before, host)?.well !== true);
    // The report that makes the last one well decides at once where there is no bake.
    if (unwell !== undefined && rollout.options.bakeMs > 0 && before.promotedBy === undefined) {
      return `${unwell} was not well`;
    }
    return before.bakeUntil !== undefined && before.bakeUntil > at && rollout.promotedBy === undefined
      ? `the bake had ${before.bakeUntil - at} ms to go`
      : undefined;
  },

  'after an abort nothing new begins': (_, decision) => {
    const [first] = decision.rollout.abortedBy === undefined ? [] : tries(decision);
    if (first !== undefined) return `${first.host} was switched`;
    const { kind, abortedBy } = decision.rollout;
    const next = decision.effects.find((effect) => effect.kind === 'switch' && kind === 'rollback');
    return abortedBy === undefined || next === undefined ? undefined : `${next.host} was told to go back`;
  },

  'taken back one after another, the last first': (before, { rollout, effects }) => {
    if (rollout.phase !== 'rolling_back' || rollout.urgent === true) return undefined;
    const back = effects.filter(({ kind }) => kind !== 'commit').map(({ host }) => host);
    if (hostsAmong(rollout, back).length > 1) return `${back.join(' and ')} were told at once`;
    const index = rollout.hosts.findIndex(({ host }) => host === back[0]);
    const told = before.hosts[index];
    // One that was given up is told at once when it is heard of again; the others go on without it.
    if (told === undefined || isNamed(told)) return undefined;
    const later = rollout.hosts.slice(index + 1).find((host) => {
      const isOpen = host.state === 'trial' || host.state === 'switching' || host.state === 'committed';
      return host.touched && host.stays !== true && isOpen && !sameHost(host, told);
    });
    if (later !== undefined) return `${back[0] ?? ''} was told before ${later.host}`;
    const other = before.hosts.find((one) => one.state === 'reverting' && !sameHost(one, told));
    return before.phase === 'rolling_back' && other !== undefined && hostIn(rollout, other.host)?.state === 'reverting'
      ? `${back[0] ?? ''} was told while ${other.host} went back`
      : undefined;
  },

  'an emergency waits for nobody': (_, { rollout }) => {
    if (rollout.urgent !== true || rollout.paused || hasEnded(rollout.phase)) return undefined;
    const isWaiting =
      rollout.kind === 'rollback'
        ? ({ state, after = [] }: RolloutHost) => state === 'staged' && after.length === 0
        : ({ state, touched }: RolloutHost) =>
            touched && ['switching', 'trial', 'committing', 'committed'].includes(state);
    const waiting = rollout.hosts.find(isWaiting);
    return waiting === undefined ? undefined : `${waiting.host} is still ${waiting.state}`;
  },

  'an emergency tells again whoever is on the way': (before, { rollout, effects }) => {
    if (rollout.urgent !== true || before.urgent === true) return undefined;
    const onTheWay = before.kind === 'rollback' ? 'switching' : 'reverting';
    const left = before.hosts.find(
      ({ host, state, command }) =>
        state === onTheWay && command !== 'stage' && !effects.some((effect) => effect.host === host),
    );
    return left === undefined ? undefined : `${left.host} keeps its grace`;
  },

  'a rollback goes one by one unless all at once was asked for': (_, { rollout, effects }) => {
    const { strategy } = rollout.options;
    const isOneByOne = strategy === undefined || strategy === 'graceful' || strategy === 'progressive';
    if (
      rollout.kind !== 'rollback' ||
      rollout.urgent === true ||
      !isOneByOne ||
      !effects.some(({ kind }) => kind === 'switch')
    )
      return undefined;
    const under = hostNames(rollout.hosts.filter(({ state }) => state === 'switching'));
    return under.length <= 1 ? undefined : `${under.join(' and ')} go at once`;
  },

  'whoever was switched counts as touched': (_, { rollout, effects }) => {
    const forgotten = effects.find(({ host, kind }) => kind === 'switch' && hostIn(rollout, host)?.touched !== true);
    return forgotten === undefined ? undefined : `${forgotten.host} does not`;
  },

  'nobody is told to go to what has failed': (_, { rollout, effects }) => {
    if (rollout.kind === 'rollback' || rollout.phase !== 'rolling_back') return undefined;
    const wrong = effects.find(({ kind, release, host }) => {
      return kind === 'switch' && sameRelease(release, hostIn(rollout, host)?.to);
    });
    return wrong === undefined ? undefined : `${wrong.host} was`;
  },

  'an end is an end': (before, { rollout, effects }) =>
    hasEnded(before.phase) && (rollout !== before || effects.length > 0)
      ? `it went on after ${before.phase}`
      : undefined,

  'steps only grow': (before, { rollout, effects }) => {
    const steps = effects.map(({ step }) => step);
    const fresh = steps.every((step) => step > before.steps && step <= rollout.steps);
    return fresh && new Set(steps).size === steps.length ? undefined : `${steps.join()} after ${before.steps}`;
  },
};

export function brokenByDecision(before: Rollout, event: RolloutEvent, decision: Decision): readonly string[] {
  const broken: string[] = [];
  for (const [name, rule] of Object.entries(DECISION_RULES)) {
    const sentence = rule(before, decision, event);
    if (sentence !== undefined) broken.push(`${name}: ${sentence}`);
  }
  return broken;
}

export function brokenByEnding(ending: Ending): readonly string[] {
  if (!hasEnded(ending.rollout.phase)) return [`every rollout ends: it is still ${ending.rollout.phase}`];
  const broken: string[] = [];
  for (const [name, rule] of Object.entries(END_RULES)) {
    const sentence = rule(ending);
    if (sentence !== undefined) broken.push(`${name}: ${sentence}`);
  }
  return broken;
}
