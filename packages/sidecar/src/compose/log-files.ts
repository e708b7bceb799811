/** Owns where each instance's output goes: LOG_DIR/agents/AGENT.INSTANCE.log, the same for ever. */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { renameArchives } from '../process/log-archives.js';
import type { LogReader } from '../supervise/ports.js';
import type { InstanceLogs } from '../supervise/supervisor-parts.js';

/** Where all of them are. */
export const logFolder = (logDir: string): string => join(logDir, 'agents');

/** Where two apps have an agent of one name, the app that came second has its own in the name of the file. */
export function createLogFiles(
  folder: string,
  reader: Pick<LogReader, 'last' | 'size'>,
  warn: (sentence: string) => void,
): InstanceLogs {
  const owners = new Owners(join(folder, '.apps.json'));
  const fileOf = (app: string, agent: string, instance: number, kind: string): string =>
    join(folder, `${owners.isFirst(app, agent) ? '' : `${app}.`}${agent}.${instance}${kind}.log`);
  return {
    path: (app, agent, instance, slot) => fileOf(app, agent, instance, slot === 'candidate' ? '.candidate' : ''),
    size: (path) => reader.size(path),
    last: (path, lines, from) => reader.last(path, lines, from),
    promote: (app, agent, instance) => {
      const [active, candidate, previous] = ['', '.candidate', '.previous'].map((kind) =>
        fileOf(app, agent, instance, kind),
      ) as [string, string, string];
      // The candidate goes on writing to the file that it has open, whatever its name.
      if (!existsSync(candidate)) return;
      try {
        if (existsSync(active)) passOn(active, previous);
        passOn(candidate, active);
      } catch (error) {
        warn(`The log ${candidate} could not be renamed: ${messageOf(error)}`);
      }
    },
  };
}

/** With its archives. */
function passOn(from: string, to: string): void {
  renameSync(from, to);
  renameArchives(from, to);
}

/** Which app had an agent of a name first. */
class Owners {
  readonly #file: string;
  readonly #owners: Map<string, string>;
  #saving = false;

  constructor(file: string) {
    this.#file = file;
    this.#owners = readOwners(file);
  }

  isFirst(app: string, agent: string): boolean {
    const owner = this.#owners.get(agent);
    if (owner !== undefined) return owner === app;
    this.#owners.set(agent, app);
    this.#saveSoon();
    return true;
  }

  /** Once for all that come at once. */
  #saveSoon(): void {
    if (this.#saving) return;
    this.#saving = true;
    queueMicrotask(() => {
      this.#saving = false;
      this.#save();
    });
  }

  #save(): void {
    try {
      writeAtomically(this.#file, JSON.stringify(Object.fromEntries(this.#owners)));
    } catch {
      // A disk that is full must not keep an agent from its start; who came first is then forgotten at the next one.
    }
  }
}

function readOwners(file: string): Map<string, string> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>));
  } catch {
    return new Map(); // the first start, or a file that was cut short
  }
}
