/**
 * A second look for what is left of incarnations that have ended: the list of children, by which their end was told
 * at once, may leave one out while others end. Ends what it finds; one look serves all that ended meanwhile.
 */
import type { TreeQuery } from './process-tree.js';

const AFTER_MS = 1_000;

export class Stragglers {
  readonly #end: (query: TreeQuery) => void;
  #ended: TreeQuery[] = [];

  /** `end` looks at all of /proc. */
  constructor(end: (query: TreeQuery) => void) {
    this.#end = end;
  }

  lookLater(query: TreeQuery): void {
    // In a control group nothing can be left out.
    if (query.identity.cgroup !== undefined) return;
    this.#ended.push(query);
    if (this.#ended.length > 1) return;
    setTimeout(() => {
      for (const ended of this.#ended.splice(0)) this.#end(ended);
    }, AFTER_MS).unref();
  }
}
