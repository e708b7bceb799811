/** Collects what one decision changes. Never outlives the call to `decide` that made it. */
import { sameJson } from '@outrider/shared/domain/canonical.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Rollout, RolloutCommandKind, RolloutHost } from '@outrider/shared/domain/rollout.js';
import type { Decision, HistoryLine, Limits, RolloutCommand } from './decision.js';

type Patch<T> = { readonly [K in keyof T]?: T[K] | undefined };

export class Draft {
  private readonly commands = new Map<string, RolloutCommand>();
  private readonly lines: HistoryLine[] = [];

  constructor(
    private current: Rollout,
    readonly at: number,
    readonly limits: Limits,
  ) {}

  get rollout(): Rollout {
    return this.current;
  }

  host(name: string): RolloutHost | undefined {
    return this.current.hosts.find((host) => host.host === name);
  }

  /** Members given as undefined are taken away. */
  set(patch: Patch<Rollout>): void {
    this.current = patched(this.current, patch);
  }

  setHost(name: string, patch: Patch<RolloutHost>): void {
    const { hosts } = this.current;
    const index = hosts.findIndex(({ host }) => host === name);
    const before = hosts[index];
    if (before === undefined) return;
    const after = patched(before, { ...patch, ...this.timesOf(before, patch) });
    if (after !== before) this.current = { ...this.current, hosts: hosts.with(index, after) };
  }

  /** When a state is entered is kept, for whoever wants to know later how long it took. */
  private timesOf({ state, times }: RolloutHost, patch: Patch<RolloutHost>): Patch<RolloutHost> {
    if (patch.state === undefined || patch.state === state) return {};
    return { times: { ...times, [patch.state]: this.at } };
  }

  /** Gives a command and notes it on its host. A second one to the same host replaces the first. */
  command(name: string, kind: RolloutCommandKind, release: ReleaseRef, confirmWithinMs: number, reason = ''): void {
    const step = this.current.steps + 1;
    this.set({ steps: step });
    this.setHost(name, { step, command: kind });
    this.commands.set(name, { host: name, kind, step, release, confirmWithinMs, reason });
  }

  tell(line: HistoryLine): void {
    this.lines.push(line);
  }

  decision(): Decision {
    return { rollout: this.current, effects: [...this.commands.values()], events: this.lines };
  }
}

/** The same object where the patch changes nothing, so that nothing is written for nothing. */
function patched<T extends object>(base: T, patch: Patch<T>): T {
  let merged: T | undefined;
  for (const [key, value] of Object.entries(patch)) {
    if (sameJson(value, (base as Record<string, unknown>)[key])) continue;
    merged ??= { ...base };
    if (value === undefined) Reflect.deleteProperty(merged, key);
    else Reflect.set(merged, key, value);
  }
  return merged ?? base;
}
