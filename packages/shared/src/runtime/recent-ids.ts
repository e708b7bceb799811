/** Remembers the last ids, so that an event delivered twice is told once. */
const REMEMBERED = 2_000;

export class RecentIds {
  private readonly ids = new Set<string>();

  /** True the first time. */
  isNew(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > REMEMBERED) {
      const [oldest] = this.ids;
      if (oldest !== undefined) this.ids.delete(oldest);
    }
    return true;
  }
}
