// Looks at the machine itself, past all that Outrider reports: which agents of this fleet run, and how often.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { get } from 'node:http';

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
      const problem = await visit(url);
      if (problem !== undefined) this.failed.push(problem);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async stop() {
    this.#going = false;
    await this.#done;
  }
}

/** What went wrong, if anything did. */
const visit = (url) =>
  new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 5_000 }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`));
      response.once('error', (error) => resolve(error.message));
    });
    request.once('timeout', () => request.destroy(new Error('no answer within 5 s')));
    request.once('error', (error) => resolve(error.message));
  });
