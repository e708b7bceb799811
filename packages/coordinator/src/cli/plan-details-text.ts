/** What a plan tells of a host besides its actions, for people: settings, secrets, what is away, how long it takes. */
import type { HostFacts } from '@outrider/shared/domain/preflight.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { CapacityGap, Plan } from '@outrider/shared/domain/rollout.js';
import type { SettingChange } from '@outrider/shared/domain/settings-diff.js';
import { harmless } from './output.js';

type PlannedHost = Plan['hosts'][number];

export function detailLines({
  settings = [],
  secrets = [],
  gaps = [],
  expected,
  facts,
  release,
  prepare = [],
}: PlannedHost): readonly string[] {
  return [
    ...prepare.map(
      ({ name, prepared }) => `  prepare ${name}: ${prepared ? 'prepared already' : 'runs while it is staged'}`,
    ),
    ...settings.map((change) => `  ${change.agent}: ${settingText(change)}`),
    ...secrets.map(({ agent, name, change }) => `  ${agent}: secret ${name} ${change}`),
    ...gaps.map((gap) => `  ${gap.agent}: ${gapText(gap)}`),
    ...besideText(facts),
    ...(expected === undefined ? [] : [`  ${expectationText(expected)}`]),
    ...(release === undefined ? [] : [`  ${digestText(release)}`]),
  ];
}

export const totalText = ({ expectedMs, hosts, canaryWave, strategy }: Plan): string | undefined => {
  if (hosts.length === 0) return undefined;
  if (expectedMs === undefined) return 'Expected time: unknown, since not every host has done it before.';
  const person = strategy === 'canary' && canaryWave !== undefined ? ', and the wait for a person who promotes it' : '';
  return `Expected time: about ${seconds(expectedMs)}, bakes included${person}.`;
};

const LONGEST_VALUE = 120;

function settingText({ setting, from, to, hidden }: SettingChange): string {
  if (hidden) return `${setting} changes (${from === undefined ? 'new' : to === undefined ? 'gone' : 'value hidden'})`;
  const [before, after] = [from, to].map((value) => (value === undefined ? undefined : harmless(value)));
  const start = startOf(before, after);
  return `${setting} ${shown(before, start)} -> ${shown(after, start)}`;
}

/** From where both are shown, so that where they part is seen. */
function startOf(before: string | undefined, after: string | undefined): number {
  if (before === undefined || after === undefined) return 0;
  const letters = Array.from(after);
  const part = Array.from(before).findIndex((letter, index) => letter !== letters[index]);
  const parted = part < 0 ? Array.from(before).length : part;
  return parted < LONGEST_VALUE / 2 ? 0 : parted - LONGEST_VALUE / 4;
}

const shown = (value: string | undefined, start: number): string => {
  if (value === undefined) return '(unset)';
  const letters = Array.from(value);
  if (letters.length <= LONGEST_VALUE) return JSON.stringify(value);
  const middle = letters.slice(start, start + LONGEST_VALUE).join('');
  return JSON.stringify(`${start > 0 ? '...' : ''}${middle}${letters.length > start + LONGEST_VALUE ? '...' : ''}`);
};

function besideText({ besideNeededBytes: needed, besideUsableBytes: usable }: Partial<HostFacts> = {}): string[] {
  if (needed === undefined || usable === undefined) return [];
  return [
    `  memory for both sets at once: ${mebibytes(needed)} needed, ${mebibytes(usable)} of what is free may be used`,
  ];
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)}M`;

function gapText({ instances, replicas, atMostMs, startMs, why }: CapacityGap): string {
  const usual = startMs === undefined ? '' : ` about ${seconds(startMs)} and the time it takes to stop,`;
  return `${instances} of ${replicas} away while it is replaced,${usual} at most ${seconds(atMostMs)}${why === undefined ? '' : `: it ${why}`}`;
}

function expectationText({ stagingMs, switchingMs, rollouts }: NonNullable<PlannedHost['expected']>): string {
  if (rollouts === 0) return 'time: unknown, no earlier rollout';
  const of = (ms: number | undefined): string => (ms === undefined ? 'unknown' : seconds(ms));
  return `time: staging ${of(stagingMs)}, switching ${of(switchingMs)} (by ${rollouts} earlier rollout${rollouts === 1 ? '' : 's'})`;
}

/** Enough of each to compare by eye. */
const digestText = ({ digest, specDigest }: ReleaseRef): string =>
  `digest of the release ${digest.slice(0, 12)}, with the settings of this host ${specDigest.slice(0, 12)}`;

const seconds = (ms: number): string => (ms < 10_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 1000)} s`);
