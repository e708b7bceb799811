/** The parts of a rollout that is drawn live: how far each host is, its gates with what they measured, the culprit. */
import { paint } from '@outrider/shared/cli/table.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { formatDuration } from '@outrider/shared/domain/duration.js';
import type { RolloutHost } from '@outrider/shared/domain/rollout.js';
import { harmless } from './output.js';
import type { Explained } from './rollout-view.js';

/** The steps of a host on the way to a release, in their order. */
const STEPS = ['staging', 'staged', 'switching', 'trial', 'committed'];

/** `###..`: a sign for each step, behind it, reached or still to come. */
export function stepsOf({ state }: Pick<RolloutHost, 'state'>): string {
  const reached = STEPS.indexOf(state === 'committing' ? 'trial' : state);
  if (state === 'reverting' || state === 'reverted') return '<<<<<';
  if (state === 'failed' || state === 'unreachable') return 'xxxxx';
  return STEPS.map((_, index) => (index <= reached ? '#' : '.')).join('');
}

/** How long it is in its state already. */
export function sinceText({ state, times }: Pick<RolloutHost, 'state' | 'times'>, now: number): string {
  const since = times?.[state];
  if (since === undefined || state === 'committed') return '';
  return ` ${formatDuration(Math.max(0, Math.floor((now - since) / 1000)) * 1000)}`;
}

/** As a coordinator sends it; one of an older version sends no counts. */
interface ShownGate {
  readonly name: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly passed?: number;
  readonly count?: number;
  readonly failed?: number;
}

const GATE_COLOUR = { pass: 'green', fail: 'red', error: 'red', inconclusive: 'yellow' } as const;

/** `gate errors_per_minute  pass 2/3  1.2 (limit 1.5)`. */
export function gateRows({ gates = [] }: Explained, samples: ReadonlyMap<string, string>): readonly string[] {
  return (gates as unknown as readonly ShownGate[]).map(
    ({ name, outcome, reason, passed = 0, count = 0, failed = 0 }) => {
      const colour = GATE_COLOUR[outcome as keyof typeof GATE_COLOUR] as 'green' | undefined;
      const verdict = outcome === undefined ? 'not asked yet' : outcome;
      const counted = count === 0 ? '' : ` ${passed}/${count}${failed === 0 ? '' : `, ${failed} bad`}`;
      const said = samples.get(name) ?? '';
      const why = reason === undefined ? '' : `: ${harmless(reason)}`;
      return `  gate ${harmless(name)}  ${colour === undefined ? verdict : paint(verdict, colour)}${counted}${said}${why}`;
    },
  );
}

/** The gate that an event speaks of, and the numbers that it has seen. */
export function sampleOf({ type, data = {} }: OutriderEvent): readonly [string, string] | undefined {
  const { gate, ...rest } = data;
  if (!type.startsWith('rollout.gate.') || typeof gate !== 'string') return undefined;
  const numbers = Object.entries(rest).flatMap(([key, value]) =>
    typeof value === 'number' ? [`${key} ${Number.isInteger(value) ? value : value.toFixed(3)}`] : [],
  );
  return [gate, numbers.length === 0 ? '' : `  ${numbers.join(', ')}`];
}

const MOST_LOG = 5;

/** Whoever was the cause, with what it said last, as soon as that is known. */
export function culpritRows({ culprit }: Explained): readonly string[] {
  if (culprit === undefined) return [];
  const instance = culprit.instance === undefined ? '' : `.${culprit.instance}`;
  const who = culprit.agent === '' ? culprit.host : `${culprit.agent}${instance} on ${culprit.host}`;
  const log = culprit.log.slice(-MOST_LOG).map((line) => `    | ${harmless(line)}`);
  return [paint(`  ${who}: ${harmless(culprit.cause)}`, 'red'), ...log];
}
