/** How many errors of one speaker become events: a burst, then a steady trickle. The rest is only counted. */
const BURST = 50;
const EACH_SECOND = 5;

export class ErrorBudget {
  private left = BURST;
  private at: number | undefined;
  private untold = 0;

  /** `untold`: how many before this one were not told; 0 while this one is not either. */
  ask(nowMs: number): { readonly told: boolean; readonly untold: number } {
    this.left = Math.min(BURST, this.left + ((nowMs - (this.at ?? nowMs)) / 1000) * EACH_SECOND);
    this.at = nowMs;
    if (this.left < 1) {
      this.untold += 1;
      return { told: false, untold: 0 };
    }
    this.left -= 1;
    const { untold } = this;
    this.untold = 0;
    return { told: true, untold };
  }
}
