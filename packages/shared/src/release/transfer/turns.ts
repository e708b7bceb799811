/** So many at once; the others wait in the order in which they came. */
export class Turns {
  private taken = 0;
  private readonly waiting: Turn[] = [];

  constructor(private readonly most: number) {}

  take(): Turn {
    const turn = new Turn((queued) => this.leave(queued));
    if (this.taken < this.most) {
      this.taken += 1;
      turn.grant();
    } else this.waiting.push(turn);
    return turn;
  }

  private leave(turn: Turn): void {
    if (turn.isGranted) this.pass();
    else this.waiting.splice(this.waiting.indexOf(turn), 1);
  }

  private pass(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.taken -= 1;
    else next.grant();
  }
}

class Turn {
  private begin: () => void = () => undefined;
  private state: 'waiting' | 'granted' | 'ended' = 'waiting';
  /** Resolves when it may begin. */
  readonly granted = new Promise<void>((resolve) => (this.begin = resolve));

  constructor(private readonly leave: (turn: Turn) => void) {}

  get isGranted(): boolean {
    return this.state === 'granted';
  }

  grant(): void {
    this.state = 'granted';
    this.begin();
  }

  /** Gives it back, or leaves the queue. */
  end(): void {
    if (this.state === 'ended') return;
    this.leave(this);
    this.state = 'ended';
  }
}
