// Looks at the machine itself, past all that Outrider reports: which agents of this fleet run, and how often.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Every process whose working folder is below `folder` and that carries an incarnation. */
export function agentProcesses(folder) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`)) return [];
        const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        const get = (name) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
        const incarnation = get('OUTRIDER_INCARNATION');
        if (incarnation === '') return [];
        const instance = `${get('OUTRIDER_HOST')}/${get('OUTRIDER_AGENT')}.${get('OUTRIDER_INSTANCE')}`;
        return [{ pid: Number(pid), instance, incarnation }];
      } catch {
        return []; // it has just ended
      }
    });
}

/** Everything below the folder that still runs, agents or not. */
export const leftovers = (folder) =>
  readdirSync('/proc').filter((pid) => {
    try {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
      const inside = readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
      return inside || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${folder}/`);
    } catch {
      return false;
    }
  });

/**
 * Looks ten times a second whether any instance runs twice. Agents that are replaced start-first may
 * overlap, old and new, once; nothing else may.
 */
export class DoubleWatch {
  #timer;
  looks = 0;
  doubled = [];

  constructor(folder, overlapping) {
    this.#timer = setInterval(() => {
      this.looks += 1;
      const seen = byInstance(agentProcesses(folder));
      for (const [instance, list] of seen) {
        const allowed = overlapping.includes(instance) ? 2 : 1;
        if (new Set(list.map((p) => p.incarnation)).size > allowed) this.doubled.push(instance);
      }
    }, 100);
  }

  stop() {
    clearInterval(this.#timer);
  }
}

function byInstance(list) {
  const result = new Map();
  for (const item of list) result.set(item.instance, [...(result.get(item.instance) ?? []), item]);
  return result;
}

/** Asks the registry without pause, each time on a new connection, and counts who was not answered. */
export class Visitors {
  #going = true;
  #done;
  asked = 0;
  failed = [];

  constructor(url) {
    this.#done = this.#visit(url);
  }

  async #visit(url) {
    while (this.#going) {
      this.asked += 1;
      try {
        const response = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(5_000) });
        await response.text();
        if (response.status !== 200) this.failed.push(`status ${response.status}`);
      } catch (error) {
        this.failed.push(error.cause?.message ?? error.message);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async stop() {
    this.#going = false;
    await this.#done;
  }
}
