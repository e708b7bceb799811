/**
 * A little of the disk that is kept back for what makes room there: that a release is gone has to be written down before its
 * contents go, and on a full disk nothing can be written. Never used for what only adds.
 */
import { randomBytes } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { DiskProblem } from '@outrider/shared/release/store/disk.js';
import { writeDurably } from '@outrider/shared/runtime/durable-file.js';

/** Far more than a record and its name in a folder take. */
const BYTES = 64 * 1024;

export class Reserve {
  constructor(private readonly path: string) {
    this.take();
  }

  /**
   * Takes the room again where it was given up. Where there is none, the next one who calls may find some. Nothing that
   * can be deflated away, or be a hole.
   */
  take(): void {
    try {
      if (statSync(this.path, { throwIfNoEntry: false })?.size === BYTES) return;
      writeDurably(this.path, randomBytes(BYTES));
    } catch {
      // Whoever needs the disk says what is wrong with it.
    }
  }

  /** `write`: where the disk is full it is called once more, with the room that was kept back. `take` comes after it. */
  spend<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (!(error instanceof DiskProblem) || error.code !== 'refused') throw error;
      rmSync(this.path, { force: true });
      return write();
    }
  }
}
