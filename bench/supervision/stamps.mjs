// Reads what agents write once they run: "NANOSECONDS PID ID". The only clock of a latency is the agent's own stamp.
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const PIECE_BYTES = 1 << 16;

export class Stamps {
  #position = 0;
  #rest = '';
  /** By id, in order: `{ at, pid }`, `at` in nanoseconds of CLOCK_MONOTONIC. */
  byId = new Map();
  /** Of the flood: `{ bytes, ns }`. */
  flood = undefined;

  constructor(path) {
    this.path = path;
    writeFileSync(path, '');
  }

  read() {
    const file = openSync(this.path, 'r');
    const piece = Buffer.alloc(PIECE_BYTES);
    for (let length; (length = readSync(file, piece, 0, PIECE_BYTES, this.#position)) > 0;) {
      this.#position += length;
      const lines = (this.#rest + piece.toString('utf8', 0, length)).split('\n');
      this.#rest = lines.pop();
      for (const line of lines) this.#take(line.split(' '));
    }
    closeSync(file);
  }

  #take([first, second, id]) {
    if (first === '#') this.flood = { bytes: Number(second), ns: Number(id) };
    else this.byId.set(id, [...(this.byId.get(id) ?? []), { at: Number(first), pid: Number(second) }]);
  }

  count = (id) => this.byId.get(id)?.length ?? 0;
  pid = (id) => this.byId.get(id)?.at(-1)?.pid;

  /** True once `condition` holds, false where it does not within that time. */
  async until(condition, timeoutMs, everyMs = 3) {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      this.read();
      if (condition(this)) return true;
      if (performance.now() > deadline) return false;
      await pause(everyMs);
    }
  }
}
