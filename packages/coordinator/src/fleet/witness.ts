/** Redis as a witness: whether it has heard of a host since we lost it. What was said before proves nothing. */
export class Witness {
  /** The last words of each host that is heard, and when they were new to us (monotonic). */
  private heard = new Map<string, { readonly mark: string; readonly at: number }>();

  /** `marks`: as they are now; undefined: Redis is away, and nobody says anything. Returns those that fell silent. */
  look(marks: ReadonlyMap<string, string> | undefined, now: number): readonly string[] {
    const before = this.heard;
    this.heard = new Map(
      [...(marks ?? [])].map(([name, mark]) => {
        const known = before.get(name);
        return [name, known?.mark === mark ? known : { mark, at: now }];
      }),
    );
    return marks === undefined ? [] : [...before.keys()].filter((name) => !marks.has(name));
  }

  hasHeard(name: string, since: number): boolean {
    return (this.heard.get(name)?.at ?? -Infinity) > since;
  }
}
