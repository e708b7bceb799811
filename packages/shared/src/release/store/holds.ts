/** Contents that somebody is using at the moment, as often as they were taken. */
export class Holds {
  private readonly counts = new Map<string, number>();

  has(sha256: string): boolean {
    return this.counts.has(sha256);
  }

  /** Returns what ends it; called again, that does nothing. */
  add(sha256s: Iterable<string>): () => void {
    const held = [...new Set(sha256s)];
    for (const sha256 of held) this.counts.set(sha256, (this.counts.get(sha256) ?? 0) + 1);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      for (const sha256 of held) {
        const left = (this.counts.get(sha256) ?? 1) - 1;
        if (left === 0) this.counts.delete(sha256);
        else this.counts.set(sha256, left);
      }
    };
  }
}
