/** Agents as the machine itself shows them, past all that Outrider reports. Reads /proc. */
import { readFileSync } from 'node:fs';
import { findProcesses } from '@outrider/shared/testing/leaks.js';

export interface AgentProcess {
  readonly pid: number;
  readonly host: string;
  readonly app: string;
  readonly agent: string;
  readonly instance: number;
  readonly incarnation: string;
  readonly version: string;
}

/** Processes that carry an incarnation and belong to this folder; children of agents carry it too. */
export function agentProcesses(folder: string): AgentProcess[] {
  const found: AgentProcess[] = [];
  findProcesses((pid) => {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    if (!environment.includes(`${folder}/`)) return false;
    const variables = new Map(
      environment.split('\0').map((line) => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)] as const;
      }),
    );
    const get = (name: string): string => variables.get(`OUTRIDER_${name}`) ?? '';
    if (get('INCARNATION') === '') return false;
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8');
    if (/\) [ZX]/.test(state)) return false;
    found.push({
      pid,
      host: get('HOST'),
      app: get('APP'),
      agent: get('AGENT'),
      instance: Number(get('INSTANCE')),
      incarnation: get('INCARNATION'),
      version: get('VERSION'),
    });
    return true;
  });
  return found;
}
