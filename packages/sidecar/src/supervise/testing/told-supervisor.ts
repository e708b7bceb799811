/** A supervisor for tests of the host driver: remembers its targets, and says of them what it is told to say. */
import type { AgentSupervisor, Convergence, Target, TargetMode } from '../ports.js';
import type { TargetHow } from '../target-how.js';

export class ToldSupervisor implements AgentSupervisor {
  readonly targets: {
    readonly app: string;
    readonly target: Target | undefined;
    readonly mode: TargetMode;
    readonly how: TargetHow;
  }[] = [];
  readonly held: string[] = [];
  private readonly answers = new Map<string, Convergence>();
  private readonly listeners = new Set<() => void>();

  /** What each new target is said to be at first. */
  constructor(private readonly first: Convergence = { state: 'converging', waitingFor: 'memory' }) {}

  setTarget(app: string, target: Target | undefined, mode: TargetMode, how: TargetHow = {}): void {
    const last = this.last(app);
    this.targets.push({ app, target, mode, how });
    const same = last !== undefined && last.target?.release.specDigest === target?.release.specDigest;
    if (!same) this.answers.set(app, this.first);
    this.changed();
  }

  hold(app: string): void {
    this.held.push(app);
  }

  convergence(app: string): Convergence {
    return this.answers.get(app) ?? { state: 'converged' };
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  say(app: string, convergence: Convergence): void {
    this.answers.set(app, convergence);
    this.changed();
  }

  last(app: string): ToldSupervisor['targets'][number] | undefined {
    return this.targets.filter((target) => target.app === app).at(-1);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
