/** A plan for people: a table for each host, and a sentence of what it comes to. */
import type { Plan, PlannedAction } from '@outrider/shared/domain/rollout.js';
import { versionInWords } from '@outrider/shared/domain/agent-release.js';
import { detailLines, totalText } from './plan-details-text.js';
import { table } from '@outrider/shared/cli/table.js';

const SIGN: Readonly<Record<PlannedAction['action'], string>> = { keep: '=', replace: '~', add: '+', remove: '-' };

export const hasChanges = (plan: Plan): boolean =>
  plan.hosts.some((host) => host.actions.some((action) => action.action !== 'keep'));

/** Whether the hosts would be on another release afterwards, even with the same agents. */
export const changesRelease = (plan: Plan): boolean =>
  plan.hosts.some((host) => host.from !== (host.to ?? plan.version));

export function planText(plan: Plan): string {
  const parts = plan.hosts.map((host) => {
    const head = `${host.host}${host.app === undefined ? '' : ` ${host.app}`}: ${host.from ?? 'nothing'} -> ${versionInWords(host.to ?? plan.version, keptIn(host))} (wave ${host.wave})`;
    const rows = host.actions.map((action) => [
      `  ${SIGN[action.action]}`,
      `${action.agent}.${action.instance}`,
      action.action,
      action.version === undefined ? action.why : `${action.why}, of ${action.version}`,
    ]);
    const actions = rows.length === 0 ? '  no agents on this host' : table(rows);
    return [head, actions, ...detailLines(host)].join('\n');
  });
  const gates = (plan.gates ?? []).length === 0 ? [] : [`Gates: ${(plan.gates ?? []).join(', ')}.`];
  const hooks = (plan.hooks ?? []).map((line) => `Hook ${line}`);
  const notices = (plan.notices ?? []).map((notice) => `Notice: ${notice}`);
  const total = totalText(plan);
  const problems = plan.problems.map((problem) => `Problem: ${problem}`);
  return [
    `Plan ${plan.plan.slice(0, 12)} for ${plan.app} ${plan.version}${only(plan)}${manner(plan)}`,
    ...parts,
    summary(plan),
    ...gates,
    ...hooks,
    ...(total === undefined ? [] : [total]),
    ...notices,
    ...problems,
  ].join('\n');
}

/** What is of another version afterwards, each agent once. */
const keptIn = ({ actions }: Plan['hosts'][number]): { readonly name: string; readonly version: string }[] =>
  actions.flatMap(({ agent, instance, version }) =>
    version === undefined || instance > 0 ? [] : [{ name: agent, version }],
  );

function only({ agents = [] }: Plan): string {
  return agents.length === 0 ? '' : `, only ${agents.join(', ')}`;
}

function manner({ strategy, canaryWave = 0 }: Plan): string {
  const canary = canaryWave === 0 ? '' : `, the canary is over with wave ${canaryWave}`;
  return strategy === undefined ? '' : ` (${strategy}${canary})`;
}

function summary(plan: Plan): string {
  const actions = plan.hosts.flatMap((host) => host.actions);
  const count = (kind: PlannedAction['action']): number => actions.filter((action) => action.action === kind).length;
  const words = (['replace', 'add', 'remove', 'keep'] as const)
    .filter((kind) => count(kind) > 0)
    .map((kind) => `${kind} ${count(kind)}`);
  return words.length === 0 ? 'No agent is touched.' : `Agents: ${words.join(', ')}.`;
}
