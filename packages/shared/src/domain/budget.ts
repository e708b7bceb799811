/** How much of what one source says is kept: a burst, then a steady trickle. The rest is only counted. */
const BURST = 50;
const EACH_SECOND = 5;

export class Budget {
  private left: number;
  private at: number | undefined;
  private untold = 0;

  constructor(
    private readonly burst = BURST,
    private readonly eachSecond = EACH_SECOND,
  ) {
    this.left = burst;
  }

  /** `untold`: how many before this one were not told; 0 while this one is not either. */
  ask(nowMs: number): { readonly told: boolean; readonly untold: number } {
    this.left = this.leftAt(nowMs);
    this.at = nowMs;
    if (this.left < 1) {
      this.untold += 1;
      return { told: false, untold: 0 };
    }
    this.left -= 1;
    return { told: true, untold: this.takeUntold() };
  }

  /** Whether one that asks now is told; asks nothing itself. */
  hasRoom(nowMs: number): boolean {
    return this.leftAt(nowMs) >= 1;
  }

  private leftAt(nowMs: number): number {
    return Math.min(this.burst, this.left + ((nowMs - (this.at ?? nowMs)) / 1000) * this.eachSecond);
  }

  /** Those that nobody has said anything of yet; from now on somebody has. */
  takeUntold(): number {
    const { untold } = this;
    this.untold = 0;
    return untold;
  }
}
