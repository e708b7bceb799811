/** What became of a rollout, for people: in one sentence, and whoever was the cause. */
import { harmless } from './output.js';
import type { Explained } from './rollout-view.js';

export function endText(rollout: Explained): string {
  const { culprit } = rollout;
  if (culprit === undefined) return rollout.explained;
  const log =
    culprit.log.length === 0 ? [] : ['Its last lines:', ...culprit.log.map((line) => `  | ${harmless(line)}`)];
  const instance = culprit.instance === undefined ? '' : `.${culprit.instance}`;
  const whose = culprit.app === undefined ? '' : ` of ${culprit.app}`;
  const who = culprit.agent === '' ? culprit.host : `${culprit.agent}${instance}${whose} on ${culprit.host}`;
  // Gates say themselves whom they mean.
  const cause = [who, `${culprit.agent} on ${culprit.host}`].find((name) => culprit.cause.startsWith(`${name}: `));
  const said = cause === undefined ? `${who}: ${culprit.cause}` : culprit.cause;
  return [rollout.explained, `Cause: ${said}`, ...log].join('\n');
}
