// What a rollout over real sidecars costs beyond the time that the agents themselves take to end and to be ready.
import { RealHosts } from '../real-hosts.mjs';
import { timedRollout } from '../timed-rollout.mjs';

const ROLLOUT_MS = 300_000;
/** What each agent takes to end, and to be ready. */
export const OWN = { stopMs: 100, readyMs: 100 };
export const APP = 'bench';

// Else agents that take their time wait for each other, by four on two cores.
const SETTINGS = { max_starting: 64 };

export class RolloutRun extends RealHosts {
  #version = 0;

  constructor(options) {
    super({ ...options, settings: SETTINGS });
  }

  /** Brings a release in which every agent is another one to all hosts; `ms` of it, from its first event to its last. */
  async rollout(agents, maxParallel) {
    this.#version += 1;
    const version = String(this.#version);
    const agent = {
      command: [this.place.agent, `READYMS=${OWN.readyMs}`, `STOPMS=${OWN.stopMs}`],
      environment: { RELEASE: version },
      healthcheck: { notify: true },
    };
    const names = Array.from({ length: agents }, (_one, index) => `agent-${index}`);
    await this.fleet.push(version, { app: APP, agents: Object.fromEntries(names.map((name) => [name, agent])) });
    return timedRollout(this.fleet, { app: APP, version, maxParallel, canary: 0 }, ROLLOUT_MS);
  }
}
