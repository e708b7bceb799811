/**
 * Waits for the programs that this process has started itself, past Node: it is told of each end by SIGCHLD, and asks
 * for those alone that it knows. One for the whole process. Never signals anything.
 */
import type { ExitStatus } from '../agent/identity.js';
import { exitStatusFrom } from './exit-status.js';
import { endedChild, waitStatusOfChild } from './libc/processes.js';

const waiting = new Map<number, (status: ExitStatus) => void>();
let listening = false;

/** Before the first is started, or its end could be missed. */
export function expectChildren(): void {
  if (listening) return;
  listening = true;
  process.on('SIGCHLD', lookAtChildren);
}

/** Resolves once the child has ended and is no zombie any more. */
export const endOfChild = (pid: number): Promise<ExitStatus> =>
  new Promise((resolve) => {
    waiting.set(pid, resolve);
  });

/** Also by itself now and then: a signal can be lost where too many come at once. */
export function lookAtChildren(): void {
  // One after another, as long as they are ours; another's that is not waited for hides those behind it.
  let next = endedChild();
  while (next !== undefined && ask(next)) next = endedChild();
  if (next !== undefined) for (const pid of [...waiting.keys()]) ask(pid);
}

/** True: it is ours, and has ended. */
function ask(pid: number): boolean {
  const resolve = waiting.get(pid);
  const wait = resolve === undefined ? undefined : waitStatusOfChild(pid);
  if (resolve === undefined || wait === undefined) return false;
  waiting.delete(pid);
  resolve(wait === 'unknown' ? { kind: 'unknown' } : exitStatusFrom(wait));
  return true;
}
