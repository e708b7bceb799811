/** REST for agents: what an operator says to one of them. */
import { control } from './agents-on-hosts.js';
import { oneOf, onlyFields, optionalName, requiredName, textIn } from './fields.js';
import type { Inside } from './inside.js';

const FIELDS = ['action', 'app', 'agent', 'host'];
/** As long as stops may take. */
const WITHIN_MS = 15 * 60_000;

/**
 * `{"action": "start|stop|restart", "agent": "NAME", "host": "NAME", "app": "NAME"}`; without `host`: on every host
 * that has it. `skipped` are sentences about hosts that are down.
 */
export async function controlAgent(
  inside: Inside,
  body: Readonly<Record<string, unknown>>,
  by: string,
): Promise<{ readonly instances: readonly object[]; readonly skipped: readonly string[] }> {
  onlyFields(body, FIELDS);
  inside.leader.refuseIfReadOnly();
  const action = oneOf('action', textIn(body, 'action'), ['start', 'stop', 'restart']);
  const app = optionalName('app', textIn(body, 'app'));
  const agents = [requiredName('agent', textIn(body, 'agent'))];
  const host = optionalName('host', textIn(body, 'host'));
  const signal = AbortSignal.timeout(WITHIN_MS);
  const { instances, skipped } = await control(inside, { action, app, agents, by }, host, signal);
  return { instances, skipped };
}
