/** Owns where each instance's output goes: LOG_DIR/agents/AGENT.INSTANCE.log, the same for ever. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '@outrider/shared/runtime/durable-file.js';

/** Where two apps have an agent of one name, the app that came second has its own in the name of the file. */
export function createLogFiles(logDir: string): (app: string, agent: string, instance: number) => string {
  const folder = join(logDir, 'agents');
  const file = join(folder, '.apps.json');
  const owners = readOwners(file);
  return (app, agent, instance) => {
    const owner = owners.get(agent);
    if (owner === undefined) {
      owners.set(agent, app);
      try {
        writeAtomically(file, JSON.stringify(Object.fromEntries(owners)));
      } catch {
        // A disk that is full must not keep an agent from its start; who came first is then forgotten at the next one.
      }
    }
    return join(folder, `${owner === undefined || owner === app ? '' : `${app}.`}${agent}.${instance}.log`);
  };
}

function readOwners(file: string): Map<string, string> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>));
  } catch {
    return new Map(); // the first start, or a file that was cut short
  }
}
