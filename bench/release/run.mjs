// One fleet that is given releases: how long a push and a stage take, what travels, and how much memory each program has.
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RealHosts } from '../real-hosts.mjs';
import { timedRollout } from '../timed-rollout.mjs';

const COORDINATOR = fileURLToPath(new URL('../../packages/coordinator/bin/coordinator.js', import.meta.url));
const ROLLOUT_MS = 600_000;
const LOOK_MS = 10;
const MIB = 1024 * 1024;

/** All that has gone over loopback, whoever sent it, headers included. */
export const loopbackBytes = () => Number(readFileSync('/sys/class/net/lo/statistics/tx_bytes', 'latin1'));

/** Agents run as another user than the sidecar where that can be. */
const agents = () => ({
  worker: { command: ['sleep', '3600'], ...(process.getuid() === 0 ? { user: 'nobody' } : {}) },
});

export class ReleaseRun extends RealHosts {
  #pushes = 0;

  constructor(options) {
    super(options);
    // The agents' user has to come to its tree.
    for (const folder of [this.place.folder, this.dir]) chmodSync(folder, 0o711);
  }

  /** Writes the agents.yaml of a tree. */
  declare(tree, app) {
    writeFileSync(join(tree, 'agents.yaml'), JSON.stringify({ app, agents: agents() }));
  }

  /** As a person does it: `{ ms, bytes, sent, peakMiB }`, bytes on the wire and those that the command itself counts. */
  async push(tree, version) {
    const before = loopbackBytes();
    const began = performance.now();
    this.#pushes += 1;
    const out = `push-${this.#pushes}.out`;
    const argv = [process.execPath, COORDINATOR, 'release', 'push', tree, '--version', version, '--json'];
    const child = this.place.start(this.dir, argv, { env: this.fleet.env, out });
    const ended = once(child, 'exit');
    let peakMiB = 0;
    let code;
    void ended.then(([found]) => (code = found));
    while (code === undefined) {
      peakMiB = Math.max(peakMiB, peakOf(child.pid));
      await pause(LOOK_MS);
    }
    const ms = performance.now() - began;
    const text = readFileSync(join(this.dir, out), 'utf8');
    if (code !== 0) throw new Error(`The push ended with ${code}: ${text}`);
    const { bytes_sent: sent } = JSON.parse(/^\{.*\}$/ms.exec(text)[0]);
    return { ms, bytes: loopbackBytes() - before, sent, peakMiB };
  }

  /** Stages and switches, all hosts together; `stageMs` and `switchMs` of the slowest, by the rollout's own events. */
  async rollout(app, version) {
    const before = loopbackBytes();
    const writtenBefore = this.#written();
    const { events } = await timedRollout(this.fleet, { app, version, maxParallel: 0, canary: 0 }, ROLLOUT_MS);
    const egress = this.#written() - writtenBefore;
    const span = (from, to) =>
      Math.max(...Object.keys(this.hosts).map((host) => at(events, host, to) - at(events, host, from)));
    return {
      stageMs: span('staging', 'staged'),
      switchMs: span('switching', 'trial'),
      ...{ bytes: loopbackBytes() - before, egress },
      coordinatorMiB: peakOf(this.fleet.coordinator.pid),
      sidecarMiB: Math.max(...[...this.sidecars.values()].map(({ pid }) => peakOf(pid))),
    };
  }

  /** Bytes that the coordinator has written to anything: to its sockets, nearly all of them. */
  #written() {
    return Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${this.fleet.coordinator.pid}/io`, 'latin1'))[1]);
  }
}

function at(events, host, step) {
  const found = events.find((event) => event.host === host && event.type === `rollout.host.${step}`);
  if (found === undefined) throw new Error(`There is no event rollout.host.${step} of ${host}.`);
  return Date.parse(found.at);
}

/** The most that it has had in memory; 0: it has ended. */
function peakOf(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

export { MIB };
