/** What sidecars answered to the command itself, as lines: one for each host as it comes, then what is left to do. */
import { paint } from '@outrider/shared/cli/table.js';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { DirectAnswer, DirectState } from './direct.js';
import type { Globals } from './globals.js';
import { harmless, note, print, printJson } from './output.js';

const COLOUR: { readonly [S in DirectState]: 'green' | 'yellow' | 'red' } = {
  held: 'yellow',
  back: 'green',
  free: 'green',
  late: 'red',
  refused: 'red',
  unreachable: 'red',
};

export function tellAnswer({ json }: Globals, answer: DirectAnswer): void {
  if (json) printJson(documentOf(answer));
  else print(lineOf(answer));
}

export function documentOf({ host, endpoint, state, status, problem }: DirectAnswer): object {
  return {
    ...{ host, endpoint, state },
    hold: status?.hold ?? null,
    apps: (status?.apps ?? []).map(({ app, active, phase }) => ({ app, version: active?.version ?? null, phase })),
    ...(problem === undefined ? {} : { problem }),
  };
}

export function lineOf({ host, endpoint, state, status, problem }: DirectAnswer): string {
  const apps = (status?.apps ?? []).map(appText).join(', ');
  const words = [problem, apps === '' ? undefined : apps].filter((text) => text !== undefined).join(' ');
  return `${host} (${endpoint})  ${paint(state, COLOUR[state])}  ${harmless(words)}`.trimEnd();
}

function appText({ app, phase, active, waitingFor, stuckOn }: AppStatus): string {
  const version = active?.version ?? 'nothing';
  if (stuckOn !== undefined) return `${app} to ${version}, stuck on ${stuckOn.agent}: ${stuckOn.cause}`;
  const waits = waitingFor === '' ? '' : ` (waiting for ${waitingFor})`;
  return `${app} ${phase === 'reverting' ? 'going to' : 'on'} ${version}${waits}`;
}

/** For the person, beside the answer. */
export function tellRest(answers: readonly DirectAnswer[], done: DirectState, again: string): void {
  const well = answers.filter(({ state }) => state === done).length;
  note(`${well} of ${answers.length} hosts ${done === 'back' ? 'are back and held' : 'are free'}.`);
  const of = (state: DirectState): string =>
    answers
      .filter((answer) => answer.state === state)
      .map(({ host }) => host)
      .join(', ');
  const [silent, refused, late] = [of('unreachable'), of('refused'), of('late')];
  if (silent !== '') {
    note(
      `No answer from ${silent}: nothing was changed there. ${again} as soon as it can be reached, or do it on the host itself.`,
    );
  }
  if (refused !== '') note(`Refused by ${refused}: nothing was changed there; the reason is above.`);
  if (late !== '') note(`Not yet back: ${late}. \`sidecar status\` on the host shows what it waits for.`);
}
