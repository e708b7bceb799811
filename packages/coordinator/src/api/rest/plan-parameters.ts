/** The parameters of `/plan`: the options of a rollout, of the table that the command line has too. */
import type { RolloutRequest } from '@outrider/shared/gen/outrider/v1/RolloutRequest.js';
import { ROLLOUT_OPTIONS, type RolloutOption, rolloutRequest } from '@outrider/shared/rpc/rollout-options.js';
import {
  appsOf,
  flagOf,
  labelsOf,
  maybeCountOf,
  namesOf,
  type Parameter,
  type Parameters,
  required,
  spanOf,
  textOf,
  versionOf,
  wordOf,
} from './parameters.js';

const MOST_HOSTS = 10_000;

const inQuery = ({ name }: Pick<RolloutOption, 'name'>): string => name.replaceAll('-', '_');
const sentence = (says: string): string => `${says.charAt(0).toUpperCase()}${says.slice(1)}.`;

export const PLAN_PARAMETERS: Parameters = Object.fromEntries(
  ROLLOUT_OPTIONS.filter(({ begins }) => begins !== true).map((option) => [inQuery(option), parameterOf(option)]),
);

export const planRequest = (values: Readonly<Record<string, unknown>>): RolloutRequest =>
  rolloutRequest((option) => values[inQuery(option)]);

function parameterOf(option: RolloutOption): Parameter {
  const says = sentence(option.says);
  switch (option.kind) {
    case 'version':
      return required(versionOf(says));
    case 'apps':
      return appsOf(says);
    case 'hosts':
    case 'agents':
      return namesOf(says);
    case 'labels':
      return labelsOf(says);
    case 'text':
      return textOf(says);
    case 'word':
      return wordOf(says, option.words ?? []);
    case 'count':
      return option.none === undefined
        ? maybeCountOf(says, 1, MOST_HOSTS)
        : maybeCountOf(sentence(`${option.says}; 0: ${option.none}`), 0, MOST_HOSTS);
    case 'duration':
      return spanOf(says);
    case 'flag':
      return flagOf(says);
  }
}
