/**
 * Asks for a start, stop or restart and waits until it is done; on a terminal it shows what is waited for. Whoever
 * stops waiting stops nothing: the sidecar goes on.
 */
import type { HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { AgentOrder, SidecarCalls } from './calls.js';
import { note } from './output.js';
import { nameOf } from './status-text.js';
import type { Globals } from './with-sidecar.js';

/** As patient as the agents' own grace periods. */
const CONTROL_MS = 10 * 60_000;
/** What a shell says of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;
const MOST_NAMES = 3;
const ON_THE_WAY: ReadonlySet<InstanceStatus['state']> = new Set(['starting', 'draining', 'stopping']);

export async function orderAgents(
  sidecar: SidecarCalls,
  order: AgentOrder,
  globals: Globals,
): Promise<readonly InstanceStatus[]> {
  const goesOn = `The sidecar goes on to ${order.action} what it was asked to. \`sidecar status\` shows where it stands.`;
  const leave = (): void => {
    note(goesOn);
    process.exit(INTERRUPTED);
  };
  const over = new AbortController();
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    const asked = sidecar.control(order, { timeoutMs: globals.timeoutMs ?? CONTROL_MS });
    if (process.stderr.isTTY && !globals.json) void showWaiting(sidecar, order, over.signal);
    return await asked;
  } catch (error) {
    if (!(error instanceof OutriderError) || error.code !== 'timeout') throw error;
    throw new OutriderError('timeout', `It was not done in time. ${goesOn}`, { cause: error });
  } finally {
    over.abort();
    process.off('SIGINT', leave).off('SIGTERM', leave);
  }
}

/** One line that is written anew. Never fails: what is asked for does not depend on it. */
async function showWaiting(sidecar: SidecarCalls, order: AgentOrder, signal: AbortSignal): Promise<void> {
  const line = (text: string): void => void process.stderr.write(`\r\u001b[K${text}`);
  signal.addEventListener('abort', () => line(''));
  try {
    for await (const status of sidecar.watch({ signal })) {
      if (isOver(signal)) return;
      line(waitingText(status, order).slice(0, (process.stderr.columns || 80) - 1));
    }
  } catch {
    // Nobody tells any more, or nobody wants to know.
  }
}

export function waitingText(status: Pick<HostStatus, 'instances'>, { app, agents }: AgentOrder): string {
  const waited = status.instances.filter(
    (one) =>
      (app === '' || one.app === app) &&
      (agents.length === 0 || agents.includes(one.agent)) &&
      ON_THE_WAY.has(one.state),
  );
  if (waited.length === 0) return '';
  const named = waited.slice(0, MOST_NAMES).map((one) => `${nameOf(one)} (${one.state})`);
  const more = waited.length > MOST_NAMES ? ` and ${waited.length - MOST_NAMES} more` : '';
  return `Waiting for ${named.join(', ')}${more} ...`;
}

const isOver = (signal: AbortSignal): boolean => signal.aborted;
