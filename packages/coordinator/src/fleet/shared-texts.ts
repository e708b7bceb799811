/** Keeps one copy of a long text that many hosts say word for word. */
const MOST = 32;

export class SharedTexts {
  /** By themselves; the first is the one that was not heard for longest. */
  private readonly texts = new Map<string, string>();

  /** An equal text, as it was heard first. */
  shared(text: string): string {
    const known = this.texts.get(text) ?? text;
    this.texts.delete(known);
    this.texts.set(known, known);
    const [oldest] = this.texts.keys();
    if (this.texts.size > MOST && oldest !== undefined) this.texts.delete(oldest);
    return known;
  }
}
