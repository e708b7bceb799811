/**
 * What a person asks of agents: start, stop, restart. Walks along their dependencies and waits for each step; other
 * commands go on meanwhile. A person's start is never refused, and waits neither for a dependency nor for its turn.
 */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { LiveInstance } from './live-instance.js';
import type { SupervisedApp } from './supervised-app.js';
import { isOut, levelsOf, specsOf, until } from './walk.js';

export interface PersonControlParts {
  readonly apps: () => readonly SupervisedApp[];
  readonly turn: (work: () => void) => void;
  readonly onChange: (listener: () => void) => () => void;
  readonly touch: (app: string) => void;
}

export interface Concerned {
  readonly app: string;
  readonly agents: ReadonlySet<string>;
}

type Action = 'start' | 'stop' | 'restart';

export class PersonControl {
  readonly #parts: PersonControlParts;

  constructor(parts: PersonControlParts) {
    this.#parts = parts;
  }

  /** Resolves once all of it is done. Throws `OutriderError('not_found')`. */
  async control(app: string, agents: readonly string[], action: Action, by: string): Promise<readonly Concerned[]> {
    const apps = this.#parts.apps().filter(({ name }) => app === '' || name === app);
    const known = apps.map((one) => ({ app: one, specs: specsOf(one) }));
    const unknown = agents.find((agent) => !known.some(({ specs }) => specs.some(({ name }) => name === agent)));
    if (unknown !== undefined)
      throw notFound(
        unknown,
        app,
        known.flatMap(({ specs }) => specs),
      );
    const chosen = known.map(({ app: one, specs }) => ({
      app: one,
      specs: specs.filter(({ name }) => agents.length === 0 || agents.includes(name)),
    }));
    await Promise.all(chosen.map(({ app: one, specs }) => this.#walk(one, specs, action, by)));
    for (const { app: one, specs } of chosen) {
      const live = specs.flatMap(({ name }) => one.find(name)).find(({ unrecorded: problem }) => problem !== undefined);
      if (live !== undefined) throw unrecorded(live, action);
    }
    return chosen.map(({ app: one, specs }) => ({ app: one.name, agents: new Set(specs.map(({ name }) => name)) }));
  }

  /** Level by level; a stop goes the other way round. */
  async #walk(app: SupervisedApp, specs: readonly HostAgent[], action: Action, by: string): Promise<void> {
    const levels = levelsOf(app, specs);
    for (const level of action === 'stop' ? [...levels].reverse() : levels) {
      await Promise.all(level.map((spec) => this.#one(app, spec, action, by)));
    }
  }

  async #one(app: SupervisedApp, spec: HostAgent, action: Action, by: string): Promise<void> {
    switch (action) {
      case 'stop':
        this.#parts.turn(() => this.#stop(app, spec, by));
        return this.#until(() => app.find(spec.name).every((live) => isOut(live) || isWanted(live)));
      case 'start':
        this.#parts.turn(() => this.#indexes(app, spec).forEach((index) => this.#start(app, spec, index, by)));
        return this.#until(() => app.find(spec.name).every(isSettled));
      case 'restart':
        return this.#restart(app, spec, by);
    }
  }

  /** As many replicas at once as an update would take. */
  async #restart(app: SupervisedApp, spec: HostAgent, by: string): Promise<void> {
    const indexes = this.#indexes(app, spec);
    const atOnce = Math.max(1, spec.parallelism);
    for (let from = 0; from < indexes.length; from += atOnce) {
      const some = indexes.slice(from, from + atOnce);
      const before = new Set(
        some
          .flatMap((index) => app.find(spec.name, index))
          // One that waits for its turn to be started is what it was asked to become.
          .filter(({ instance }) => instance.state !== 'starting' || instance.process)
          .map(({ instance }) => instance.incarnation),
      );
      const unrecordable: LiveInstance[] = [];
      this.#parts.turn(() => {
        // What runs is not taken down where its next start could not be recorded.
        unrecordable.push(...some.flatMap((index) => app.find(spec.name, index)).filter((live) => !isRecorded(live)));
        if (unrecordable.length === 0) some.forEach((index) => this.#start(app, spec, index, by, true));
      });
      if (unrecordable.length > 0) return;
      await this.#until(() =>
        some
          .flatMap((index) => app.find(spec.name, index))
          .every((live) =>
            live.heldBy !== undefined ? isOut(live) : isSettled(live) && !before.has(live.instance.incarnation),
          ),
      );
    }
  }

  #stop(app: SupervisedApp, spec: HostAgent, by: string): void {
    for (const index of this.#indexes(app, spec)) {
      if (app.find(spec.name, index).length === 0) app.fill(spec, index, 'active');
      for (const live of app.find(spec.name, index)) {
        live.heldBy = by;
        live.save();
        live.tell({ kind: 'stopAsked', sequel: 'rest', reason: `stopped by ${by}` });
      }
    }
    this.#parts.touch(app.name);
  }

  #start(app: SupervisedApp, spec: HostAgent, index: number, by: string, anew = false): void {
    const slots = app.find(spec.name, index);
    for (const live of slots.length > 0 ? slots : [app.fill(spec, index, 'active')]) {
      live.heldBy = undefined;
      live.save();
      const reason = `${anew ? 'restarted' : 'started'} by ${by}`;
      if (anew) live.tell({ kind: 'stopAsked', sequel: 'start', reason });
      else live.tell({ kind: 'startAsked', reason });
      live.hurry();
    }
    this.#parts.touch(app.name);
  }

  /** Those that should run, and those that are there. */
  #indexes(app: SupervisedApp, spec: HostAgent): readonly number[] {
    const wanted = app.wanted.find(({ name }) => name === spec.name);
    const indexes = new Set(Array.from({ length: wanted?.replicas ?? 0 }, (_, index) => index));
    for (const { index } of app.find(spec.name)) indexes.add(index);
    return [...indexes];
  }

  #until(done: () => boolean): Promise<void> {
    return until(this.#parts.onChange, done);
  }
}

/** Somebody has asked for its start since it was stopped: who stopped it waits no longer. */
const isWanted = ({ heldBy }: LiveInstance): boolean => heldBy === undefined;

/** Whatever comes next, the start itself is over: ready, done, or it went wrong. */
const isSettled = (live: LiveInstance): boolean => ['ready', 'unhealthy'].includes(live.instance.state) || isOut(live);

function isRecorded(live: LiveInstance): boolean {
  live.save();
  return live.unrecorded === undefined;
}

function unrecorded({ spec, unrecorded: problem = '' }: LiveInstance, action: Action): OutriderError {
  const what =
    action === 'restart'
      ? `${spec.name} was not restarted, since that could not be recorded`
      : `${spec.name} was asked to ${action}, but that could not be recorded, and a sidecar that is killed forgets it`;
  return new OutriderError('refused', `${what}: ${problem}`);
}

function notFound(agent: string, app: string, specs: readonly HostAgent[]): OutriderError {
  const where = app === '' ? 'this host' : `app ${app} on this host`;
  const names = [...new Set(specs.map(({ name }) => name))].sort().join(', ');
  const known = names === '' ? 'No agent runs here.' : `Known are ${names}.`;
  return new OutriderError('not_found', `There is no agent ${agent} of ${where}. ${known}`);
}
