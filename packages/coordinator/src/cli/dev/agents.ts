/** Ends the agents of a fleet on this machine: asked through their sidecars, else by force. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connectSidecar } from '@outrider/shared/rpc/client.js';

const STOP_WITHIN_MS = 60_000;

/** Every agent of this host, in order; false: the sidecar could not be asked. */
export async function stopAgents(endpoint: string, token: string, by: string, signal: AbortSignal): Promise<boolean> {
  const remote = connectSidecar({ endpoint, token });
  try {
    await remote.ControlAgent({ action: 'stop', by }, { timeoutMs: STOP_WITHIN_MS, signal });
    return true;
  } catch {
    return false;
  } finally {
    remote.close();
  }
}

/** SIGKILL to every process that carries an incarnation and belongs to this folder, until none is left. */
export async function killAgents(folder: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const left = agentsBelow(folder);
    if (left.length === 0) return;
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    }
    await pause(20);
  }
}

function agentsBelow(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isAgentOf(`/proc/${name}`, folder))
    .map(Number);
}

/** An agent says in its first environment which one it is, and works or speaks below the folder. */
function isAgentOf(proc: string, folder: string): boolean {
  try {
    const environment = readFileSync(`${proc}/environ`, 'utf8');
    if (!environment.split('\0').some((line) => line.startsWith('OUTRIDER_INCARNATION='))) return false;
    return environment.includes(`${folder}/`) || readlinkSync(`${proc}/cwd`).startsWith(`${folder}/`);
  } catch {
    return false; // gone, or another user's
  }
}
