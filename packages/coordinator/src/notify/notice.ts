/** Which events people are told of, and in which words. Pure. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { versionsIn, withVersionsApart } from '@outrider/shared/domain/versions-apart.js';

/** What matters to somebody who is not looking: how rollouts end, what waits for a person, hosts and agents that are lost. */
export const TOLD_BY_DEFAULT = [
  'rollout.started',
  'rollout.paused',
  'rollout.rolling_back',
  'rollout.succeeded',
  'rollout.rolled_back',
  'rollout.aborted',
  'rollout.stuck',
  'host.down',
  'host.flapping',
  'host.drifted',
  'host.held',
  'agent.failed',
] as const;

/** `rollout.*` stands for all that begin so; `*` for everything. */
export const matches = (patterns: readonly string[], type: string): boolean =>
  patterns.some((pattern) => (pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type));

/**
 * Events with the same key within a while are one piece of news: a host that comes and goes, an agent that fails again
 * and again. What a rollout says is always news.
 */
export const topicOf = ({
  type,
  environment,
  app = '',
  rollout = '',
  host = '',
  agent = '',
  id,
}: OutriderEvent): string =>
  rollout === '' ? [type, environment, app, host, agent].join('/') : `${type}/${rollout}/${id}`;

export interface Words {
  /** One line. */
  readonly title: string;
  /** Some more, or ''. */
  readonly text: string;
}

export function wordsOf(event: OutriderEvent): Words {
  const { type, environment, app, rollout, host, agent, by, reason } = event;
  const version = event.version === undefined ? undefined : withVersionsApart(event.version, versionsIn(event.data));
  const about = [app, version].filter((word) => word !== undefined).join(' ');
  const where = [agent, host].filter((word) => word !== undefined).join(' on ');
  const subject = [rollout, about, where].filter((word) => word !== undefined && word !== '').join(', ');
  const title = `[${environment}] ${type}${subject === '' ? '' : `: ${subject}`}`;
  const lines = [reason, by === undefined ? undefined : `by ${by}`, culpritOf(event)];
  return { title, text: lines.filter((line) => line !== undefined && line !== '').join('\n') };
}

function culpritOf({ data }: OutriderEvent): string | undefined {
  const culprit = data?.['culprit'] as
    { readonly host: string; readonly app?: string; readonly agent: string; readonly cause: string } | undefined;
  if (culprit === undefined) return undefined;
  const whose = culprit.app === undefined ? '' : ` of ${culprit.app}`;
  return `Cause: ${culprit.agent}${whose} on ${culprit.host}: ${culprit.cause}`;
}
