/** Checks of arguments before anything is asked of the coordinator. */
import { InvalidArgumentError } from 'commander';
import { isName, isVersion, NAME_RULE, RESERVED_VERSIONS, VERSION_RULE } from '@outrider/shared/domain/name.js';
import { MOST_REPLICAS } from '@outrider/shared/domain/scaling.js';

/** A version to be given to a release. */
export function newVersion(text: string): string {
  if (!isVersion(text)) throw new InvalidArgumentError(`Expected are ${VERSION_RULE}.`);
  return text;
}

/** A version, or one of the words that stand for a release. */
export function versionWord(text: string): string {
  return (RESERVED_VERSIONS as readonly string[]).includes(text) ? text : newVersion(text);
}

export function nameOption(text: string): string {
  if (!isName(text)) throw new InvalidArgumentError(`Expected are ${NAME_RULE}.`);
  return text;
}

export function rolloutIdArgument(text: string): string {
  if (!/^r\d{1,15}$/.test(text))
    throw new InvalidArgumentError('Ids of rollouts look like r42: coordinator rollout ls.');
  return text;
}

export function countOption(text: string): number {
  const value = Number(text);
  if (!/^\d{1,6}$/.test(text) || value < 1) throw new InvalidArgumentError('Expected is a number from 1 to 999999.');
  return value;
}

export function replicasArgument(text: string): number {
  const value = Number(text);
  if (!/^\d{1,4}$/.test(text) || value > MOST_REPLICAS) {
    throw new InvalidArgumentError(`Expected is a number from 0 to ${MOST_REPLICAS}.`);
  }
  return value;
}
